/** Token requests, sent over HTTP as a client sends them. */
import type { DemoClient } from './local-stack.ts'

export interface TokenAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** `Authorization: Basic …`, encoded as RFC 6749 §2.3.1 says. */
export function basic({ client_id, client_secret }: Pick<DemoClient, 'client_id' | 'client_secret'>): string {
  const encode = (value: string) => new URLSearchParams([['', value]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(client_id)}:${encode(client_secret)}`).toString('base64')}`
}

/** Posts a form. */
export async function postForm(
  url: string,
  form: Record<string, string> | string,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const body = typeof form === 'string' ? form : new URLSearchParams(form).toString()
  return post(url, body, { 'Content-Type': 'application/x-www-form-urlencoded', ...headers })
}

/** Posts JSON; a string is sent as it is. */
export async function postJson(
  url: string,
  json: unknown,
  headers: Record<string, string> = {},
): Promise<TokenAnswer> {
  const body = typeof json === 'string' ? json : JSON.stringify(json)
  return post(url, body, { 'Content-Type': 'application/json', ...headers })
}

export async function post(
  url: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<TokenAnswer> {
  const response = await fetch(url, { method: 'POST', body, headers, redirect: 'error' })
  return { status: response.status, headers: response.headers, body: await readBody(response) }
}

export async function getJson(url: string): Promise<TokenAnswer> {
  const response = await fetch(url, { redirect: 'error' })
  return { status: response.status, headers: response.headers, body: await readBody(response) }
}

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text()
  const isJson = /^application\/(.+\+)?json/.test(response.headers.get('content-type') ?? '')
  return isJson ? JSON.parse(text) : text
}
