/** A person's browser, as far as HTTP goes: cookies, forms, and no redirect that nobody asked for. */

export interface Visit {
  readonly url: string
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** `Location`, complete. */
  readonly location: string | undefined
  /** `<h1>`, as it reads. */
  readonly heading: string | undefined
}

export interface Visitor {
  /** Cookies by name; a test may take or plant them. */
  readonly cookies: Map<string, string>
  get(url: string, headers?: Record<string, string>): Promise<Visit>
  post(url: string, fields: Record<string, string>, headers?: Record<string, string>): Promise<Visit>
  /** Sends the page's form that goes to a path ending in `action`, with what the person fills in. */
  submit(page: Visit, action: string, typed?: Record<string, string>): Promise<Visit>
  /** Goes on to where a page redirects to. */
  follow(page: Visit): Promise<Visit>
}

/** @param origin of the stack; relative URLs are below it */
export function visitor(origin: string): Visitor {
  const cookies = new Map<string, string>()

  async function request(url: string, init: RequestInit): Promise<Visit> {
    const full = new URL(url, origin).href
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { ...(cookie === '' ? {} : { Cookie: cookie }), ...init.headers }
    const response = await fetch(full, { redirect: 'manual', ...init, headers })
    for (const line of response.headers.getSetCookie()) keep(line, cookies)
    const text = await response.text()
    const location = response.headers.get('location')
    return {
      url: full,
      status: response.status,
      headers: response.headers,
      text,
      location: location === null ? undefined : absolute(location, full),
      heading: plain(/<h1>([\s\S]*?)<\/h1>/.exec(text)?.[1]),
    }
  }

  const visits: Visitor = {
    cookies,
    get: (url, headers = {}) => request(url, { headers }),
    post: (url, fields, headers = {}) =>
      request(url, { method: 'POST', body: new URLSearchParams(fields), headers }),
    submit(page, action, typed = {}) {
      const form = formsOf(page.text).find((candidate) => candidate.action.endsWith(action))
      if (!form) throw new Error(`no form goes to ${action} on ${page.url}:\n${page.text}`)
      return visits.post(absolute(form.action, page.url), { ...form.fields, ...typed })
    },
    follow(page) {
      if (page.location === undefined)
        throw new Error(`${page.url} leads nowhere: ${page.status}\n${page.text}`)
      return visits.get(page.location)
    },
  }
  return visits
}

/** Signs in on the login page that is shown at `url`, and gives what comes then. */
export async function signInAt(
  person: Visitor,
  url: string,
  typed: { readonly username: string; readonly password: string },
): Promise<Visit> {
  return person.submit(await person.get(url), '/login', { ...typed })
}

/** Signs in, and allows where that is asked; gives the redirect to the client. */
export async function allowAt(
  person: Visitor,
  url: string,
  typed: { readonly username: string; readonly password: string },
): Promise<Visit> {
  const next = await person.follow(await signInAt(person, url, typed))
  return next.location === undefined ? person.submit(next, '/consent', { decision: 'allow' }) : next
}

/** The parameters of a redirect's query. */
export function answerOf({ location = '' }: Pick<Visit, 'location'>): Record<string, string> {
  return Object.fromEntries(new URL(location).searchParams)
}

function keep(line: string, cookies: Map<string, string>): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
  if (/;\s*max-age=0/i.test(line)) cookies.delete(name)
  else cookies.set(name, value)
}

/** A redirect to an app's own scheme is complete already. */
function absolute(location: string, base: string): string {
  return new URL(location, base).href
}

interface Form {
  readonly action: string
  /** The hidden fields, and others that have a value already. */
  readonly fields: Record<string, string>
}

export function formsOf(text: string): Form[] {
  return [...text.matchAll(/<form method="post" action="([^"]*)"[^>]*>([\s\S]*?)<\/form>/g)].map(
    ([, action = '', inner = '']) => ({
      action: decode(action),
      fields: Object.fromEntries(
        [...inner.matchAll(/<input [^>]*?name="([^"]*)"[^>]*?value="([^"]*)"/g)].map(
          ([, name = '', value = '']) => [name, decode(value)],
        ),
      ),
    }),
  )
}

function plain(html: string | undefined): string | undefined {
  return html === undefined ? undefined : decode(html.replaceAll(/<[^>]*>/g, '')).trim()
}

function decode(text: string): string {
  const characters: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return text.replaceAll(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => characters[name] ?? '')
}
