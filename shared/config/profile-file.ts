/**
 * Bytes of a profile file. DynamoDB takes items of 400 KB, names and key included, and a file that could not be kept
 * there could not serve while GitHub does not answer.
 */
export const MAX_PROFILE_FILE_BYTES = 390_000
