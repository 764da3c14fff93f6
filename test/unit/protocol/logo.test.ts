import { describe, expect, test } from 'vitest'
import { initials, isEmbeddedLogo, MAX_LOGO_LENGTH } from '../../../shared/protocol/logo.ts'

describe('a logo is shown', () => {
  test.each(['png', 'jpeg', 'webp', 'gif'])('if it is a %s in the registration itself', (format) => {
    expect(isEmbeddedLogo(`data:image/${format};base64,AAAA`)).toBe(true)
  })
})

describe('a logo is not shown', () => {
  test.each([
    ['none', undefined],
    ['a hosted one: its host would see who is asked', 'https://cdn.example/logo.png'],
    ['an SVG: it is a document', 'data:image/svg+xml;base64,AAAA'],
    ['a page', 'data:text/html;base64,AAAA'],
    ['one that is not base64', 'data:image/png,AAAA'],
    ['one that ends the attribute', 'data:image/png;base64,AA"onerror="x'],
    ['one that is too long', `data:image/png;base64,${'A'.repeat(MAX_LOGO_LENGTH)}`],
  ])('%s', (_, value) => {
    expect(isEmbeddedLogo(value)).toBe(false)
  })
})

test.each([
  ['Paper Trail', 'PT'],
  ['paper', 'P'],
  ['The Very Long Name', 'TV'],
  ['  <b>Ünïcode & 世界', 'BÜ'],
  ['🌍', '?'],
  ['', '?'],
])('the initials of %j are %s', (name, letters) => {
  expect(initials(name)).toBe(letters)
})
