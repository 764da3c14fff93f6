/** The web ACL in front of the edge. */
import { Stack } from 'aws-cdk-lib'
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2'
import { Construct } from 'constructs'
import type { ErrorCode } from '../../../shared/protocol/errors.ts'

/**
 * Rules of AWS's common set that only count, since each would block requests that OAuth is made of. The
 * functions limit bodies themselves.
 */
const countedCommonRules = [
  'SizeRestrictions_BODY', // blocks over 8 KB; a signed assertion or a CI token may be 20 KB
  'SizeRestrictions_QUERYSTRING', // blocks over 2 KB; an authorization request with many scopes may be longer
  'GenericRFI_BODY', // blocks URLs with an IP address: the redirect URI of each native app (RFC 8252 §7.3)
  'GenericRFI_QUERYARGUMENTS', // the same, in an authorization request
  'NoUserAgent_HEADER', // machine clients need not send one
]

const managedGroups = [
  { name: 'AWSManagedRulesAmazonIpReputationList', counted: [] },
  { name: 'AWSManagedRulesKnownBadInputsRuleSet', counted: [] },
  { name: 'AWSManagedRulesCommonRuleSet', counted: countedCommonRules },
]

const tooManyRequests = {
  error: 'temporarily_unavailable' satisfies ErrorCode,
  error_description: 'Too many requests. Please slow down',
}

export class WebAcl extends Construct {
  readonly arn: string

  constructor(scope: Construct, id: string, requestsPerFiveMinutes: number) {
    super(scope, id)
    const acl = new CfnWebACL(this, 'WebAcl', {
      scope: 'CLOUDFRONT',
      description: `Guards the edge of ${Stack.of(this).stackName}`,
      defaultAction: { allow: {} },
      customResponseBodies: {
        tooManyRequests: {
          contentType: 'APPLICATION_JSON',
          content: JSON.stringify(tooManyRequests),
        },
      },
      rules: [rateRule(requestsPerFiveMinutes), ...managedGroups.map(managedRule)],
      visibilityConfig: visibility('WebAcl'),
    })
    this.arn = acl.attrArn
  }
}

/** First, so that the cheapest rule stops a flood before the others inspect it. */
function rateRule(limit: number): CfnWebACL.RuleProperty {
  return {
    name: 'RequestsPerAddress',
    priority: 0,
    statement: {
      rateBasedStatement: {
        aggregateKeyType: 'IP',
        evaluationWindowSec: 300,
        limit,
      },
    },
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: 'tooManyRequests',
          responseHeaders: [
            { name: 'Retry-After', value: '300' },
            { name: 'Cache-Control', value: 'no-store' },
          ],
        },
      },
    },
    visibilityConfig: visibility('RequestsPerAddress'),
  }
}

function managedRule(
  { name, counted }: { readonly name: string; readonly counted: readonly string[] },
  index: number,
): CfnWebACL.RuleProperty {
  return {
    name,
    priority: index + 1,
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({
          name: rule,
          actionToUse: { count: {} },
        })),
      },
    },
    overrideAction: { none: {} },
    visibilityConfig: visibility(name),
  }
}

function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  // A sampled request shows its headers, and a Basic header is a client secret.
  return {
    metricName,
    cloudWatchMetricsEnabled: true,
    sampledRequestsEnabled: false,
  }
}
