import type { CloudFrontHeaders, CloudFrontResponseEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { handler } from '../../infra/constructs/edge/restore-header.ts'

/** An answer as CloudFront shows it to the function: header names in lower case, each with its spelling. */
function answer(headers: CloudFrontHeaders): CloudFrontResponseEvent {
  const response = { status: '401', statusDescription: 'Unauthorized', headers }
  const config = {
    distributionDomainName: 'd.example',
    distributionId: 'D',
    eventType: 'origin-response',
    requestId: 'r',
  }
  const request = { clientIp: '192.0.2.1', method: 'POST', uri: '/oauth/token', querystring: '', headers: {} }
  return { Records: [{ cf: { config, request, response } }] } as CloudFrontResponseEvent
}

const json = [{ key: 'Content-Type', value: 'application/json' }]

describe('restore-header', () => {
  it('gives WWW-Authenticate its name back (RFC 6749 §5.2)', async () => {
    const renamed = [{ key: 'x-amzn-Remapped-WWW-Authenticate', value: 'Basic realm="oauth"' }]
    const event = answer({ 'content-type': json, 'x-amzn-remapped-www-authenticate': renamed })
    expect(await handler(event)).toEqual({
      status: '401',
      statusDescription: 'Unauthorized',
      headers: {
        'content-type': json,
        'www-authenticate': [{ key: 'WWW-Authenticate', value: 'Basic realm="oauth"' }],
      },
    })
  })

  it('keeps several challenges, in their order', async () => {
    const values = ['Basic realm="oauth"', 'Bearer error="invalid_token"']
    const renamed = values.map((value) => ({ key: 'x-amzn-Remapped-WWW-Authenticate', value }))
    const result = await handler(answer({ 'x-amzn-remapped-www-authenticate': renamed }))
    expect(result?.headers).toEqual({
      'www-authenticate': values.map((value) => ({ key: 'WWW-Authenticate', value })),
    })
  })

  it('leaves an answer alone that has none, or has it under its own name', async () => {
    const own = { 'content-type': json, 'www-authenticate': [{ key: 'WWW-Authenticate', value: 'Bearer' }] }
    expect((await handler(answer({ 'content-type': json })))?.headers).toEqual({ 'content-type': json })
    expect((await handler(answer(own)))?.headers).toEqual(own)
  })

  it('fails loudly without a record, since CloudFront always sends one', async () => {
    await expect(handler({ Records: [] })).rejects.toThrow('CloudFront sends exactly one record')
  })
})
