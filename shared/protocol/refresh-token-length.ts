/** The shortest refresh token, in characters after its prefix, that holds all its parts (`tokens/refresh-token.ts`). */
export const MIN_REFRESH_TOKEN_LENGTH = 76
