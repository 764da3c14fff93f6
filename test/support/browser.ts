/** A real Chromium. npm brings it for x64 Linux; elsewhere, or with CHROME set, it is the one that is installed. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const root = new URL('../..', import.meta.url).pathname
const output = join(root, 'test/output')

/** Switches of the Lambda build that would blunt what these tests are about, or that make it unstable here. */
const unwanted = [
  '--disable-web-security',
  '--allow-running-insecure-content',
  '--disable-site-isolation-trials',
  '--single-process',
]

/** Starts Chromium; a test file does so once. */
export async function launchBrowser(): Promise<Browser> {
  const { CHROME, HOME, PATH } = process.env
  if (CHROME !== undefined) return chromium.launch({ executablePath: CHROME })
  if (process.platform !== 'linux' || process.arch !== 'x64') return chromium.launch({ channel: 'chrome' })
  const folder = unpacked()
  const { default: bundled } = await import('@sparticuz/chromium')
  return chromium.launch({
    executablePath: join(folder, 'chromium'),
    args: bundled.args.filter((argument) => !unwanted.includes(argument)),
    env: {
      ...(HOME === undefined ? {} : { HOME }),
      ...(PATH === undefined ? {} : { PATH }),
      TMPDIR: folder,
      LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
      FONTCONFIG_FILE: join(folder, 'fonts.conf'),
    },
  })
}

/** Unpacks Chromium once; test files that do so at the same time do not meet halfway. */
function unpacked(): string {
  const { version } = JSON.parse(
    readFileSync(join(root, 'node_modules/@sparticuz/chromium/package.json'), 'utf8'),
  ) as { version: string }
  const folder = join(output, `chromium-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(output, { recursive: true })
  const unfinished = mkdtempSync(join(output, 'chromium-'))
  // In a process of its own: the package changes the environment of the one that imports it.
  execFileSync(
    process.execPath,
    ['--input-type=module', '-e', "import c from '@sparticuz/chromium'; await c.executablePath()"],
    { cwd: root, env: { TMPDIR: unfinished, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' } },
  )
  writeFileSync(join(unfinished, 'fonts.conf'), fontsConf(folder))
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
    rmSync(unfinished, { recursive: true })
  }
  return folder
}

/** The package's own names folders under /tmp alone, and Chromium ends at the first text without a font. */
function fontsConf(folder: string): string {
  return `<?xml version="1.0"?>
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}

export const narrow: BrowserContextOptions = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }
export const wide: BrowserContextOptions = { viewport: { width: 1100, height: 820 } }

/** Keeps what a page looks like, in `test/output/screenshots/`. */
export async function screenshot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(output, 'screenshots', `${name}.png`), fullPage: true })
}

/** What the browser complains about on a page: blocked by policy, not found, thrown. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return complaints
}
