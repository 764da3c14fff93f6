/** What a browser test needs: Chromium, a stack with people, and an app that they go back to. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { launchBrowser } from './browser.ts'
import { type CallbackApp, callbackApp } from './callback-app.ts'
import type { RunningStack } from './local-stack.ts'
import { type App, app, password, person, proofKey, query, startWith } from './people.ts'

/** A registered image: a square of two colours. */
export const logoImage =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNgaPgPRAwMDAz/GRgYAAAaDAL+0fzQ5AAAAABJRU5ErkJggg=='

/** Starts all of it before a file's tests, and stops it after them. */
export function useBrowser(usernames: readonly string[], apps: readonly Partial<App>[] = []) {
  let browser: Browser
  let stack: RunningStack
  let client: CallbackApp
  const { challenge } = proofKey()

  beforeAll(async () => {
    client = await callbackApp()
    const redirect_uris = [client.redirectUri]
    const clients = [
      app({ client_id: 'web', client_name: 'Paper Trail', scope: 'read write', redirect_uris }),
      ...apps.map((different) => app({ client_id: 'other', redirect_uris, ...different })),
    ]
    const users = usernames.map((username) => person(username))
    ;[browser, stack] = await Promise.all([launchBrowser(), startWith({ users, clients })])
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    await client?.close()
  })

  return {
    url: (path: string) => `${stack.url}/oauth/${path}`,
    answers: () => client.answers,
    /** A page of a new browser, which has no cookies yet. */
    async newPage(options: BrowserContextOptions = {}): Promise<Page> {
      const context = await browser.newContext(options)
      return context.newPage()
    },
    /** The link that an app sends people to. */
    request: (different: Record<string, string | undefined> = {}) =>
      `${stack.url}/oauth/authorize?${query({
        response_type: 'code',
        client_id: 'web',
        redirect_uri: client.redirectUri,
        scope: 'read write',
        state: 'xyz',
        code_challenge: challenge,
        code_challenge_method: 'S256',
        ...different,
      })}`,
  }
}

/** Fills in the login page as a person does, by its labels. */
export async function signIn(page: Page, username: string, typed = password): Promise<void> {
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password').fill(typed)
  await page.getByRole('button', { name: 'Sign in' }).click()
}
