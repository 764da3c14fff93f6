import { describe, expect, test } from 'vitest'
import { toResponse } from '../../../shared/http/answer.ts'
import { formEndpoint, MAX_BODY_BYTES } from '../../../shared/http/form-endpoint.ts'
import {
  apiGatewayEvent,
  formEvent,
  jsonEvent,
  lambdaContext,
  type Request,
} from '../../support/api-gateway-event.ts'
import { captureLog } from '../../support/log-lines.ts'
import { errorResponse, noStoreJson, read } from '../../support/responses.ts'

const log = captureLog()
/** Answers with the parameters it was given. */
const echo = formEndpoint(async ({ parameters }) => toResponse({ status: 200, body: [...parameters] }))
const call = async (event: ReturnType<typeof apiGatewayEvent>) => read(await echo(event, lambdaContext))
const withType = (type: string, body: string, request: Request = {}) =>
  apiGatewayEvent({ ...request, headers: [['Content-Type', type]], body })

const form = 'application/x-www-form-urlencoded'
const json = '{"grant_type":"x","scope":"a b"}'
const parameters = [
  ['grant_type', 'x'],
  ['scope', 'a b'],
]

describe('a body that is understood', () => {
  test.each([
    { what: 'a form', event: formEvent('grant_type=x&scope=a+b') },
    { what: 'a form with escapes', event: formEvent('grant%5Ftype=x&scope=a%20b') },
    { what: 'a form with empty fields', event: formEvent('&grant_type=x&empty=&scope=a+b&') },
    { what: 'a form with a charset', event: withType(`${form};charset=UTF-8`, 'grant_type=x&scope=a+b') },
    {
      what: 'a form with spaces around its charset',
      event: withType(`${form} ; charset=utf-8`, 'grant_type=x&scope=a+b'),
    },
    { what: 'a form in capitals', event: withType(form.toUpperCase(), 'grant_type=x&scope=a+b') },
    { what: 'a form of bytes in base64', event: formEvent('grant_type=x&scope=a+b', { binary: true }) },
    { what: 'a JSON object', event: jsonEvent(json) },
    { what: 'a JSON object with a charset', event: withType('application/json; charset=utf-8', json) },
    {
      what: 'a JSON object with a space before its charset',
      event: withType('application/json ;charset=utf-8', json),
    },
    { what: 'a JSON object in base64', event: jsonEvent(json, { binary: true }) },
    ...['content-type', 'CONTENT-TYPE', 'cOnTeNt-TyPe'].map((name) => ({
      what: `a header spelled ${name}`,
      event: apiGatewayEvent({ headers: [[name, 'application/json']], body: json }),
    })),
    ...['constructor', '__proto__', 'toString', 'hasOwnProperty'].map((name) => ({
      what: `a header called ${name}`,
      event: jsonEvent(json, { headers: [[name, 'x']] }),
    })),
  ])('$what', async ({ event }) => {
    expect(await call(event)).toEqual({ status: 200, headers: noStoreJson, body: parameters })
  })

  test.each([
    { what: 'bytes of UTF-8', event: formEvent('scope=%E2%82%AC', { binary: true }) },
    { what: 'text', event: jsonEvent({ scope: '€' }) },
    { what: 'bytes in JSON', event: jsonEvent({ scope: '€' }, { binary: true }) },
  ])('beyond ASCII, as $what', async ({ event }) => {
    expect(await call(event)).toEqual({ status: 200, headers: noStoreJson, body: [['scope', '€']] })
  })

  test('an empty form is a request without parameters', async () => {
    expect(await call(formEvent(''))).toEqual({ status: 200, headers: noStoreJson, body: [] })
  })
})

describe('a body up to its size limit, in bytes', () => {
  const field = 'scope='
  const room = MAX_BODY_BYTES - field.length
  test.each([
    { what: 'ASCII', event: formEvent(field + 'a'.repeat(room)), length: room },
    { what: 'base64', event: formEvent(field + 'a'.repeat(room), { binary: true }), length: room },
    { what: 'two bytes a character', event: formEvent(field + 'é'.repeat(room / 2)), length: room / 2 },
  ])('of $what is read', async ({ event, length }) => {
    const { status, body } = await call(event)
    expect([status, (body as string[][])[0]?.[1]?.length]).toEqual([200, length])
  })

  test.each([
    { what: 'ASCII', event: formEvent(field + 'a'.repeat(room + 1)) },
    { what: 'base64', event: formEvent(field + 'a'.repeat(room + 1), { binary: true }) },
    { what: 'two bytes a character', event: formEvent(`${field}a${'é'.repeat(room / 2)}`) },
    { what: 'JSON', event: jsonEvent({ scope: 'a'.repeat(MAX_BODY_BYTES) }) },
    { what: 'no type at all', event: apiGatewayEvent({ body: 'a'.repeat(MAX_BODY_BYTES + 1) }) },
  ])('and one byte of $what over it is refused', async ({ event }) => {
    expect(await call(event)).toEqual(
      errorResponse(413, 'invalid_request', 'The body is longer than 20480 bytes'),
    )
  })
})

describe('a body that is refused', () => {
  const notObject = 'The body must be a form or a JSON object'
  const notJson = 'The body is not valid JSON'
  const type = 'Content-Type must be application/x-www-form-urlencoded or application/json'
  const once = 'Content-Type must be given once'
  const fields = (count: number) => Array.from({ length: count }, (_, index) => `a${index}=1`).join('&')

  test.each([
    { what: 'malformed JSON', event: jsonEvent('{"client_secret":"hush'), description: notJson },
    { what: 'an empty JSON body', event: jsonEvent(''), description: notJson },
    { what: 'JSON too deep to read', event: jsonEvent('['.repeat(20_000)), description: notJson },
    {
      what: 'a key __proto__ in JSON',
      event: jsonEvent('{"__proto__":{"scope":"x"}}'),
      description: notJson,
    },
    {
      what: 'a key constructor in JSON',
      event: jsonEvent('{"constructor":{"prototype":{"scope":"x"}}}'),
      description: notJson,
    },
    ...['null', '[]', '["grant_type"]', '"grant_type=x"', '1', 'true'].map((text) => ({
      what: `the JSON ${text}`,
      event: jsonEvent(text),
      description: notObject,
    })),
    { what: 'a number', event: jsonEvent({ scope: 1 }), description: 'scope must be a text' },
    { what: 'an object', event: jsonEvent({ scope: {} }), description: 'scope must be a text' },
    { what: 'null', event: jsonEvent({ scope: null }), description: 'scope must be a text' },
    { what: 'an array', event: jsonEvent({ scope: ['a'] }), description: 'scope must be given once' },
    {
      what: 'a repeated form parameter (RFC 6749 §3.2)',
      event: formEvent('scope=a&scope=a'),
      description: 'scope must be given once',
    },
    {
      what: 'one repeated under an escape',
      event: formEvent('scope=a&%73cope=b'),
      description: 'scope must be given once',
    },
    {
      what: 'a repeated parameter without a value',
      event: formEvent('scope=&scope='),
      description: 'scope must be given once',
    },
    {
      what: '__proto__ given twice',
      event: formEvent('__proto__=a&__proto__=b'),
      description: '__proto__ must be given once',
    },
    {
      what: 'more fields than can be told apart',
      event: formEvent(fields(101)),
      description: 'The form has more than 100 fields',
    },
    { what: 'two types', event: jsonEvent(json, { headers: [['Content-Type', form]] }), description: once },
    {
      what: 'two types in two spellings',
      event: jsonEvent(json, { headers: [['content-type', form]] }),
      description: once,
    },
    {
      what: 'the same type twice',
      event: formEvent('a=1', { headers: [['Content-Type', form]] }),
      description: once,
    },
    { what: 'no type', event: apiGatewayEvent({ body: 'grant_type=x' }), status: 415, description: type },
    ...[
      '',
      'text/plain',
      'multipart/form-data; boundary=x',
      'application/jsonp',
      'application/ld+json',
      `${form}, ${form}`,
    ].map((value) => ({
      what: `type ${value}`,
      event: withType(value, json),
      status: 415,
      description: type,
    })),
  ])('for $what', async ({ event, description, status = 400 }) => {
    expect(await call(event)).toEqual(errorResponse(status, 'invalid_request', description))
    expect(log.facts()).toEqual([
      expect.objectContaining({ level: 'WARN', error: 'invalid_request', status, reason: description }),
    ])
    expect(log.text()).not.toContain('hush')
  })

  test('a hundred fields are read', async () => {
    const { status, body } = await call(formEvent(fields(100)))
    expect([status, (body as unknown[]).length]).toEqual([200, 100])
  })
})
