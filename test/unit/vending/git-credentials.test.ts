import { describe, expect, test } from 'vitest'
import {
  formatGitCredential,
  parseGitCredential,
  wantedRepository,
} from '../../../shared/vending/git-credentials.ts'

const asked = { protocol: 'https', host: 'github.com', path: 'acme/silk.git' }
const lines = 'protocol=https\nhost=github.com\npath=acme/silk.git\n'

describe('a request of git’s is read', () => {
  test.each([
    { what: 'up to its blank line', text: `${lines}\nhost=evil.example\n\0` },
    { what: 'without a blank line', text: lines },
    { what: 'without a last line end', text: lines.trimEnd() },
    {
      what: 'with names that are not ours',
      text: `capability[]=authtype\n${lines}wwwauth[]=Basic realm="x"\n`,
    },
    { what: 'with the last of a name that comes twice', text: `host=gitlab.com\npath=x/y\n${lines}\n` },
  ])('$what', ({ text }) => {
    expect(parseGitCredential(text)).toEqual(asked)
  })

  test('with values that hold an equals sign', () => {
    expect(parseGitCredential(lines.replace('silk.git', 'a=b=c'))).toEqual({ ...asked, path: 'acme/a=b=c' })
  })
})

describe('a request is refused', () => {
  test.each([
    { what: 'of nothing', text: '', fault: 'no protocol' },
    { what: 'that begins with a blank line', text: `\n${lines}`, fault: 'no protocol' },
    { what: 'without a host', text: 'protocol=https\npath=acme/silk\n\n', fault: 'no host' },
    { what: 'without a path', text: 'protocol=https\nhost=github.com\n\n', fault: 'no path' },
    { what: 'whose path is empty', text: `${lines}path=\n\n`, fault: 'no path' },
    {
      what: 'whose path comes after its end',
      text: 'protocol=https\nhost=github.com\n\npath=x/y\n',
      fault: 'no path',
    },
    {
      what: 'with other line ends',
      text: lines.replaceAll('\n', '\r\n'),
      fault: 'a NUL or a carriage return',
    },
    {
      what: 'with a carriage return',
      text: `${lines}username=a\rb\n\n`,
      fault: 'a NUL or a carriage return',
    },
    { what: 'with a NUL', text: `${lines}username=a\0b\n\n`, fault: 'a NUL or a carriage return' },
    { what: 'with a line that has no name', text: `${lines}=x\n\n`, fault: 'a line that is no key=value' },
    {
      what: 'with a line without a value',
      text: `${lines}username\n\n`,
      fault: 'a line that is no key=value',
    },
    { what: 'with a line of white space', text: `${lines} \n\n`, fault: 'a line that is no key=value' },
  ])('$what: $fault', ({ text, fault }) => {
    expect(parseGitCredential(text)).toEqual({ fault })
  })
})

describe('git wants', () => {
  test.each([
    { what: 'a repository', different: {} },
    { what: 'one without .git', different: { path: 'acme/silk' } },
    { what: 'one with .GIT', different: { path: 'acme/silk.GIT' } },
    { what: 'one with a slash before it', different: { path: '/acme/silk.git' } },
    { what: 'one with a slash after it', different: { path: 'acme/silk.git/' } },
    { what: 'one of the host in any case', different: { host: 'GitHub.COM' } },
  ])('$what', ({ different }) => {
    expect(wantedRepository({ ...asked, ...different }, 'github.com')).toEqual({
      owner: 'acme',
      name: 'silk',
    })
  })

  test.each([
    { what: 'on another host', different: { host: 'github.com.evil.example' } },
    { what: 'on another port', different: { host: 'github.com:8443' } },
    { what: 'over http', different: { protocol: 'http' } },
    { what: 'over another protocol', different: { protocol: 'HTTPS' } },
    { what: 'of two slashes', different: { path: '//acme/silk.git' } },
    { what: 'of one part', different: { path: 'silk.git' } },
    { what: 'of three parts', different: { path: 'acme/silk/info' } },
    { what: 'of a step in a path', different: { path: 'acme/..' } },
    { what: 'of an encoded name', different: { path: 'acme/si%6ck' } },
    { what: 'of two endings', different: { path: 'acme/silk.git.git' } },
  ])('nothing of ours $what', ({ different }) => {
    expect(wantedRepository({ ...asked, ...different }, 'github.com')).toBe('elsewhere')
  })
})

describe('the answer', () => {
  const token = { token: 'ghs_x', expiresAt: 1_700_003_600 }

  test('is git’s own lines, and a blank one', () => {
    expect(formatGitCredential(asked, token)).toBe(
      `${lines}username=x-access-token\npassword=ghs_x\npassword_expiry_utc=1700003600\n\n`,
    )
  })

  test.each([
    { what: 'a line end', character: '\n' },
    { what: 'a carriage return', character: '\r' },
    { what: 'a NUL', character: '\0' },
  ])('is none where a value has $what', ({ character }) => {
    const text = `x${character}host=evil.example`
    expect(() => formatGitCredential({ ...asked, path: text }, token)).toThrow(
      new Error('path has a line end or a NUL'),
    )
    expect(() => formatGitCredential(asked, { ...token, token: text })).toThrow(
      new Error('password has a line end or a NUL'),
    )
  })
})
