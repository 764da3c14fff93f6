import { expect, test } from 'vitest'
import { complaintsOf } from '../support/browser.ts'
import { signIn, useBrowser } from '../support/browser-stack.ts'

const { newPage, request, url } = useBrowser(['ada', 'grace', 'edsger'])

test('an app’s access is withdrawn by its button, and the app has to ask again', async () => {
  const page = await newPage()
  const complaints = complaintsOf(page)
  await page.goto(request())
  await signIn(page, 'ada')
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.goto(url('account'))
  const apps = page.getByRole('region', { name: 'Apps with access' })
  expect(await apps.getByText('Paper Trail').count()).toBe(1)
  await apps.getByRole('button', { name: 'Withdraw the access of Paper Trail' }).click()
  expect(await page.getByRole('status').textContent()).toBe('The app has no access any more.')
  expect(await apps.textContent()).toContain('No app has access to your account.')
  await page.reload()
  await page.goto(request())
  await page.getByRole('button', { name: 'Allow' }).waitFor()
  expect(complaints).toEqual([])
})

test('a password is changed by its labels; what is wrong is told at the field', async () => {
  const page = await newPage()
  await page.goto(url('login'))
  await signIn(page, 'grace')
  const fill = async (current: string, next: string, again = next) => {
    await page.getByLabel('Current password').fill(current)
    await page.getByLabel('New password', { exact: true }).fill(next)
    await page.getByLabel('New password again').fill(again)
    await page.getByRole('button', { name: 'Change password' }).click()
  }
  await fill('correct horse battery', 'a new and longer phrase', 'a mistyped one')
  const field = page.getByLabel('New password again')
  expect(await page.getByRole('alert').textContent()).toBe('The two new passwords differ.')
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await page.getByRole('alert').getByRole('link').click()
  expect(await field.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true)
  await fill('correct horse battery', 'a new and longer phrase')
  expect(await page.getByRole('status').textContent()).toBe(
    'Your password is changed. Everything else is signed out, apps included.',
  )
  await page.goto(url('logout'))
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('link', { name: 'Sign in again' }).click()
  await signIn(page, 'grace', 'a new and longer phrase')
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Your account')
})

test('signing out everywhere else leaves this browser signed in, and no other', async () => {
  const [here, elsewhere] = [await newPage(), await newPage()]
  for (const page of [here, elsewhere]) {
    await page.goto(url('login'))
    await signIn(page, 'edsger')
  }
  await here.getByRole('button', { name: 'Sign out everywhere else' }).click()
  expect(await here.getByRole('status').textContent()).toBe('You are signed out everywhere else.')
  await elsewhere.reload()
  expect(await elsewhere.getByRole('heading', { level: 1 }).textContent()).toBe('Sign in')
})
