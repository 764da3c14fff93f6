/** The key of a denied JWT in the tokens table, by its `jti`; no SHA-256 in base64url has a colon. */
export const denialKey = (jti: string): string => `jti:${jti}`
