/** CloudFront in front of the API: the team's own domain, a web ACL, and headers under their right names. */
import { CfnOutput, Duration, Validations } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import {
  AllowedMethods,
  type BehaviorOptions,
  CacheCookieBehavior,
  CacheHeaderBehavior,
  CachePolicy,
  CacheQueryStringBehavior,
  Distribution,
  HttpVersion,
  LambdaEdgeEventType,
  OriginRequestPolicy,
  OriginSslPolicy,
  SecurityPolicyProtocol,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { Construct } from 'constructs'
import { EDGE_SECRET_HEADER } from '../../../shared/config/environment.ts'
import type { EdgeDeployment } from '../../config/deployment.ts'
import { EdgeAccessLogs } from './access-logs.ts'
import { EdgeFunction } from './edge-function.ts'
import type { OriginSecret } from './origin-secret.ts'
import { WebAcl } from './web-acl.ts'

export interface EdgeProps {
  readonly edge: EdgeDeployment
  readonly apiHost: string
  readonly stageName: string
  readonly originSecret: OriginSecret
  readonly logRetentionDays: number
}

/**
 * CloudFront keeps these for ten seconds unless told otherwise: even where nothing else is cached, even marked
 * `no-store`, and without the query string in the key. One caller's error would be another's answer.
 */
const errorsItWouldCache = [400, 403, 404, 405, 414, 500, 501, 502, 503, 504]

/** To be made in us-east-1: its function, its web ACL and its log source exist nowhere else. */
export class Edge extends Construct {
  constructor(scope: Construct, id: string, props: EdgeProps) {
    super(scope, id)
    const { edge, logRetentionDays } = props
    const webAclId = edge.webAclArn ?? new WebAcl(this, 'WebAcl', edge.requestsPerFiveMinutes).arn
    const distribution = new Distribution(this, 'Distribution', {
      comment: `Scrip: ${edge.domain}`,
      webAclId,
      httpVersion: HttpVersion.HTTP2_AND_3,
      ...this.#viewerCertificate(edge),
      ...this.#behaviors(props),
      errorResponses: errorsItWouldCache.map((httpStatus) => ({
        httpStatus,
        ttl: Duration.seconds(0),
      })),
    })
    // The reference names the secret in a text, which CloudFormation does not take for a dependency.
    distribution.node.addDependency(props.originSecret)
    new EdgeAccessLogs(this, 'AccessLogs', distribution, logRetentionDays)
    acknowledge(distribution, edge)
    new CfnOutput(this, 'DistributionDomain', {
      value: distribution.distributionDomainName,
      description: `Where the DNS record of ${edge.domain} has to point`,
    }).overrideLogicalId('DistributionDomain')
  }

  #behaviors({ apiHost, stageName, originSecret }: EdgeProps) {
    const shared = {
      origin: new HttpOrigin(apiHost, {
        originPath: `/${stageName}`,
        customHeaders: { [EDGE_SECRET_HEADER]: originSecret.reference },
        originSslProtocols: [OriginSslPolicy.TLS_V1_2],
        readTimeout: Duration.seconds(30), // API Gateway gives up at 29
        keepaliveTimeout: Duration.seconds(60),
      }),
      // A redirect would come after the secret had been sent in the clear.
      viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
      edgeLambdas: [
        {
          functionVersion: new EdgeFunction(this, 'RestoreHeader').version,
          eventType: LambdaEdgeEventType.ORIGIN_RESPONSE,
        },
      ],
    }
    const everything: BehaviorOptions = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_ALL,
      cachePolicy: CachePolicy.CACHING_DISABLED,
      // All but Host, by which API Gateway finds the API.
      originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    }
    const metadata: BehaviorOptions = {
      ...shared,
      allowedMethods: AllowedMethods.ALLOW_GET_HEAD,
      cachePolicy: this.#metadataCachePolicy(),
    }
    return {
      defaultBehavior: everything,
      additionalBehaviors: { '/.well-known/*': metadata },
    }
  }

  /** For exactly as long as the metadata function's `Cache-Control` says, and for a day at most. */
  #metadataCachePolicy(): CachePolicy {
    return new CachePolicy(this, 'MetadataCache', {
      comment: 'Discovery documents and keys: public, and the same for everyone',
      minTtl: Duration.seconds(0),
      defaultTtl: Duration.seconds(0),
      maxTtl: Duration.days(1),
      // Nothing of a request is in the key, and so nothing of it reaches the function that answers.
      cookieBehavior: CacheCookieBehavior.none(),
      headerBehavior: CacheHeaderBehavior.none(),
      queryStringBehavior: CacheQueryStringBehavior.none(),
      enableAcceptEncodingGzip: true,
      enableAcceptEncodingBrotli: true,
    })
  }

  #viewerCertificate({ domain, certificateArn }: EdgeDeployment) {
    if (certificateArn === undefined) return {}
    return {
      domainNames: [domain],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      minimumProtocolVersion: SecurityPolicyProtocol.TLS_V1_2_2021,
    }
  }
}

function acknowledge(distribution: Distribution, { certificateArn }: EdgeDeployment): void {
  Validations.of(distribution).acknowledge(
    {
      id: 'AwsSolutions-CFR1',
      reason: 'Clients of an API may be anywhere; a team sets limits with its own web ACL',
    },
    {
      id: 'AwsSolutions-CFR3',
      reason: 'Logged by standard logging version 2, which this rule does not know',
    },
  )
  if (certificateArn === undefined)
    Validations.of(distribution).acknowledge({
      id: 'AwsSolutions-CFR4',
      reason: 'Only on localhost, where there is no certificate and no distribution either',
    })
}
