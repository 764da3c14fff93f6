/// <reference lib="dom" />
/** Each page in both colour schemes, wide and narrow: measured here, and kept as a picture for a look. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { complaintsOf, narrow, screenshot, wide } from '../support/browser.ts'
import { logoImage, signIn, useBrowser } from '../support/browser-stack.ts'

const longName = 'The Extraordinarily Thorough Continuous Integration Companion for Distributed Teams'
const { newPage, request, url } = useBrowser(
  ['ada', 'grace'],
  [
    {
      client_id: 'logo',
      client_name: 'Square & Sons',
      logo_uri: logoImage,
      scope: 'read write openid email',
    },
    { client_id: 'long', client_name: longName, client_uri: undefined },
  ],
)

const looks: readonly { readonly look: string; readonly options: BrowserContextOptions }[] = [
  { look: 'light', options: { ...wide, colorScheme: 'light' } },
  { look: 'dark', options: { ...wide, colorScheme: 'dark' } },
  { look: 'narrow-light', options: { ...narrow, colorScheme: 'light' } },
  { look: 'narrow-dark', options: { ...narrow, colorScheme: 'dark' } },
]

describe.each(looks)('$look', ({ look, options }) => {
  test('every page fits, can be read, and breaks no policy', async () => {
    const page = await newPage(options)
    const complaints = complaintsOf(page)
    const keep = async (name: string) => {
      expect({ name, wider: await overflow(page), faint: await faintTexts(page) }).toEqual({
        name,
        wider: 0,
        faint: [],
      })
      await screenshot(page, `${name}-${look}`)
    }
    await page.goto(request({ client_id: 'logo' }))
    await keep('login')
    await signIn(page, 'grace', 'not my password')
    await keep('login-wrong-password')
    await page.goto(request({ client_id: 'logo', scope: 'read write openid email', prompt: 'consent' }))
    await signIn(page, 'ada')
    await keep('consent')
    await page.goto(request({ client_id: 'long', prompt: 'consent' }))
    await keep('consent-long-name')
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.goto(request({ client_id: 'logo', scope: 'read write openid email', prompt: 'consent' }))
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.goto(url('account'))
    await keep('account')
    await page.getByLabel('Current password').fill('wrong')
    await page.getByLabel('New password', { exact: true }).fill('short')
    await page.getByRole('button', { name: 'Change password' }).click()
    await keep('account-fault')
    await page.goto(url('logout'))
    await keep('logout')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await keep('signed-out')
    await page.goto(request({ redirect_uri: 'https://evil.example/' }))
    await keep('error')
    // The browser reports answers of 400 as complaints; a blocked resource would be one more.
    expect(complaints.filter((text) => !/status of 4\d\d/.test(text))).toEqual([])
  })
})

/** Pixels that the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page
    .evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
    .then((by) => Math.max(0, by))
}

/** Texts whose contrast is under 4.5:1 (WCAG 2.2, 1.4.3), with their ratio. */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number)
    const luminance = ([r = 0, g = 0, b = 0]: number[]) => {
      const [x, y, z] = [r, g, b].map((value) => {
        const part = value / 255
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
      }) as [number, number, number]
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const groundOf = (element: Element | null): number[] => {
      if (!element) return [255, 255, 255]
      const color = channels(getComputedStyle(element).backgroundColor)
      return color.length === 3 || color[3] === 1 ? color : groundOf(element.parentElement)
    }
    const withText = [...document.querySelectorAll('body *')].filter((element) =>
      [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim()),
    )
    return withText.flatMap((element) => {
      const text = luminance(channels(getComputedStyle(element).color))
      const ground = luminance(groundOf(element))
      const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05)
      return ratio < 4.5 ? [`${element.textContent?.trim()}: ${ratio.toFixed(2)}`] : []
    })
  })
}
