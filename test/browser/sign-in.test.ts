/// <reference lib="dom" />
import { expect, test } from 'vitest'
import { complaintsOf } from '../support/browser.ts'
import { signIn, useBrowser } from '../support/browser-stack.ts'

const names = ['ada', 'grace', 'edsger', 'barbara', 'donald', 'frances'] as const
const { newPage, request, answers, url } = useBrowser(names)
const lastAnswer = () => answers().at(-1)
const issuer = () => new URL(url('')).origin

test('signing in and allowing brings the person back to the app, with a code', async () => {
  const page = await newPage()
  const complaints = complaintsOf(page)
  await page.goto(request())
  expect(await page.title()).toBe('Sign in – Scrip')
  await signIn(page, 'ada')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(
    'Allow Paper Trail to use your account?',
  )
  const scopes = page.getByRole('list', { name: 'It would be able to:' }).getByRole('listitem')
  expect(await scopes.allTextContents()).toEqual(['Read your dataread', 'Create and change your datawrite'])
  expect(await page.getByText('Signed in as').textContent()).toBe('Signed in as Ada Lovelace')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(/\/callback\?/)
  expect(lastAnswer()).toEqual({
    method: 'GET',
    parameters: { code: expect.stringMatching(/^[\w-]{43}$/), state: 'xyz', iss: issuer() },
  })
  expect(complaints).toEqual([])
})

test('refusing brings the person back to the app, with access_denied', async () => {
  const page = await newPage()
  await page.goto(request())
  await signIn(page, 'grace')
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.waitForURL(/\/callback\?/)
  expect(lastAnswer()?.parameters).toEqual({
    error: 'access_denied',
    error_description: 'The user refused',
    state: 'xyz',
    iss: issuer(),
  })
})

test('cancelling on the login page goes back as well', async () => {
  const page = await newPage()
  await page.goto(request())
  await page.getByRole('button', { name: 'Cancel and go back to Paper Trail' }).click()
  await page.waitForURL(/\/callback\?/)
  expect(lastAnswer()?.parameters).toMatchObject({ error: 'access_denied' })
})

test('a wrong password keeps the user name and moves the focus to what is wrong', async () => {
  const page = await newPage()
  await page.goto(request())
  await signIn(page, 'edsger', 'not my password')
  const alert = page.getByRole('alert')
  expect(await alert.textContent()).toBe('User name or password is wrong.')
  await page.locator('[role=alert]:focus').waitFor()
  expect(await page.title()).toBe('Error: Sign in – Scrip')
  expect(await page.getByLabel('User name').inputValue()).toBe('edsger')
  expect(await page.getByLabel('Password').inputValue()).toBe('')
  await alert.getByRole('link').click()
  await page.locator('#password:focus').waitFor()
  await signIn(page, 'edsger')
  await page.getByRole('button', { name: 'Allow' }).waitFor()
})

test('what was allowed is not asked again, and what is new is', async () => {
  const page = await newPage()
  await page.goto(request({ scope: 'read' }))
  await signIn(page, 'barbara')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(/\/callback\?/)
  await page.goto(request({ scope: 'read', state: 'second' }))
  expect(page.url()).toMatch(/\/callback\?code=.*state=second/)
  await page.goto(request({ scope: 'read write' }))
  await page.getByRole('button', { name: 'Allow' }).waitFor()
})

test('a session that ended while the consent page was open asks to sign in, then goes on', async () => {
  const page = await newPage()
  await page.goto(request())
  await signIn(page, 'donald')
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  await page.context().clearCookies({ name: 'scrip-session' })
  await page.getByRole('button', { name: 'Allow' }).click()
  await signIn(page, 'donald')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(/\/callback\?code=/)
  expect(lastAnswer()?.parameters).toMatchObject({ state: 'xyz' })
})

test('signing out asks first, and then the app’s link asks to sign in', async () => {
  const page = await newPage()
  await page.goto(request())
  await signIn(page, 'frances')
  await page.goto(url('logout'))
  await page.getByRole('button', { name: 'Sign out' }).click()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('You are signed out')
  await page.goto(request())
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Sign in')
})

test.each([true, false])('form_post answers by a form, scripts on: %s', async (javaScriptEnabled) => {
  const page = await newPage({ javaScriptEnabled })
  const complaints = complaintsOf(page)
  await page.goto(request({ response_mode: 'form_post', prompt: 'consent' }))
  await signIn(page, 'ada')
  await page.getByRole('button', { name: 'Allow' }).click()
  if (!javaScriptEnabled) await page.getByRole('button', { name: 'Continue' }).click()
  await page.waitForURL(/\/callback$/)
  expect(lastAnswer()).toEqual({
    method: 'POST',
    parameters: { code: expect.stringMatching(/^[\w-]{43}$/), state: 'xyz', iss: issuer() },
  })
  expect(complaints).toEqual([])
})

test('everything works without scripts', async () => {
  const page = await newPage({ javaScriptEnabled: false })
  await page.goto(request({ prompt: 'consent' }))
  await signIn(page, 'ada')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.waitForURL(/\/callback\?code=/)
  expect(lastAnswer()?.parameters).toMatchObject({ state: 'xyz' })
})

test('everything works by keyboard alone', async () => {
  const page = await newPage()
  await page.goto(request({ prompt: 'consent' }))
  await page.locator('#username:focus').waitFor()
  await page.keyboard.type('ada')
  await page.keyboard.press('Tab')
  await page.keyboard.type('correct horse battery')
  await page.keyboard.press('Enter')
  const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim())
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  const order: (string | undefined)[] = []
  for (let tabs = 0; tabs < 5 && order.at(-1) !== 'Allow'; tabs += 1) {
    await page.keyboard.press('Tab')
    order.push(await focused())
  }
  expect(order).toEqual(['app.example', 'Use another account', 'Refuse', 'Allow'])
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/callback\?code=/)
})
