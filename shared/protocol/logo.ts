/**
 * Logos of clients.
 *
 * A logo is shown only if it is part of the registration itself: a `data:` URI of a small raster image. An
 * image from elsewhere would tell its host who is asked for consent, when, and from which address; and it
 * could be changed after the registration was looked at. Raster formats alone, since an SVG is a document.
 */
const PATTERN = /^data:image\/(png|jpeg|webp|gif);base64,[A-Za-z0-9+/]+={0,2}$/

/** Characters: some 24 KB of image, far more than a square of 128 pixels takes. */
export const MAX_LOGO_LENGTH = 32_768

/** Whether a `logo_uri` can be shown. */
export function isEmbeddedLogo(value: string | undefined): value is string {
  return value !== undefined && value.length <= MAX_LOGO_LENGTH && PATTERN.test(value)
}

/** What stands in a logo's place: the first letters of the first two words. */
export function initials(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  const letters = words.slice(0, 2).map((word) => [...word][0] ?? '')
  return letters.join('').toLocaleUpperCase('en') || '?'
}
