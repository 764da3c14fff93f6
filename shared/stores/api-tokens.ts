/**
 * The API tokens of accounts, in the tokens table (`tokens.ts`).
 *
 * A token is named by its hash, and what is done to it is conditional on the account that asks: another
 * account's token is as unknown as one that never was.
 */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  paginateQuery,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import type { NewApiToken, RevocationReason, StoredApiToken } from '../protocol/api-token.ts'
import { type EpochSeconds, epochSeconds } from '../protocol/brands.ts'
import { batchGet } from './batch-get.ts'
import { createItem, type Item, type WriteOutcome, writeOnce } from './conditional-write.ts'
import { isLive, keptAfterRevocation, toStoredToken } from './tokens.ts'

/** Live tokens that an account may have. */
export const MAX_LIVE_API_TOKENS = 100

/** `lastUsedAt` is written at most this often: once an hour for each token, however busy it is. */
const USE_NOTED_EVERY = 3600
/** The request whose token was used waits no longer for it. */
const USE_NOTED_WITHIN_MILLISECONDS = 300

export type CreationOutcome = 'created' | 'too many'
/** `already` where it ended before, for whatever reason; `unknown` where the account has no such token. */
export type RevocationOutcome = 'revoked' | 'already' | 'unknown'
export type RotationOutcome<Successor> =
  | { readonly outcome: 'rotated'; readonly successor: Successor }
  | { readonly outcome: 'already' | 'expired' | 'unknown' }

export interface ApiTokenStore {
  /**
   * Stores a new token, within the account's limit. The limit is a best effort: tokens that are made in the
   * same moment do not see each other.
   */
  create(token: NewApiToken): Promise<CreationOutcome>
  find(tokenHash: string): Promise<StoredApiToken | undefined>
  /**
   * All tokens of an account, newest first: also those that were revoked or have expired, until TTL removes
   * them. One of the last moments may not be listed yet.
   */
  list(account: string): Promise<StoredApiToken[]>
  /** Ends a token of the account. */
  revoke(
    account: string,
    tokenHash: string,
    now: EpochSeconds,
    because?: RevocationReason,
  ): Promise<RevocationOutcome>
  /**
   * Puts a new token in the place of a live one, which ends: of any number of calls at once, exactly one is
   * `rotated`, and its successor alone lives.
   *
   * @param succeed makes the successor
   */
  rotate<Successor extends { readonly record: NewApiToken }>(
    account: string,
    tokenHash: string,
    now: EpochSeconds,
    succeed: (old: StoredApiToken) => Successor,
  ): Promise<RotationOutcome<Successor>>
  /**
   * Notes that a token was used, or gives up soon.
   *
   * @param token as it was read: where its use was noted within the hour, nothing is sent
   */
  touch(token: Pick<StoredApiToken, 'tokenHash' | 'lastUsedAt'>, now: EpochSeconds): Promise<void>
}

/** Over the tokens table and its index `byAccount`. */
export function apiTokenStore(db: DynamoDBDocumentClient, table: string): ApiTokenStore {
  const keyOf = (tokenHash: string) => ({ TableName: table, Key: { tokenHash } })

  async function find(tokenHash: string): Promise<StoredApiToken | undefined> {
    const { Item } = await db.send(new GetCommand({ ...keyOf(tokenHash), ConsistentRead: true }))
    return toApiToken(Item)
  }

  async function list(account: string): Promise<StoredApiToken[]> {
    const pages = paginateQuery(
      { client: db },
      {
        TableName: table,
        IndexName: 'byAccount',
        KeyConditionExpression: '#account = :account',
        ExpressionAttributeNames: { '#account': 'account' },
        ExpressionAttributeValues: { ':account': account },
      },
    )
    const keys: Item[] = []
    for await (const { Items = [] } of pages) keys.push(...Items.map(({ tokenHash }) => ({ tokenHash })))
    // The index holds keys alone, and may lag; the tokens themselves are read as they are.
    const items = await batchGet(db, table, keys)
    return items
      .map(toApiToken)
      .filter((token) => token !== undefined)
      .sort((left, right) => right.issuedAt - left.issuedAt || (left.tokenHash < right.tokenHash ? -1 : 1))
  }

  async function put(token: StoredApiToken): Promise<void> {
    if ((await createItem(db, table, 'tokenHash', token)) === 'exists')
      throw new Error('a token was drawn twice')
  }

  /**
   * Ends a token of the account that has not been revoked, by one conditional write.
   *
   * @param replacedBy the successor, which only a token that lives can have
   */
  async function end(
    account: string,
    tokenHash: string,
    now: EpochSeconds,
    because: RevocationReason,
    replacedBy?: string,
  ) {
    const isTheirs = 'kind = :kind AND account = :account AND attribute_not_exists(revokedAt)'
    const isNotExpired = '(attribute_not_exists(expiresAt) OR expiresAt > :now)'
    const isSucceeded = replacedBy !== undefined
    return writeOnce(db, keyOf(tokenHash), (attempt) =>
      db.send(
        new UpdateCommand({
          ...keyOf(tokenHash),
          UpdateExpression:
            'SET revokedAt = :now, revokedBecause = :because, attempt = :attempt, ' +
            `expiresAt = :keptUntil${isSucceeded ? ', replacedBy = :replacedBy' : ''}`,
          ConditionExpression: isSucceeded ? `${isTheirs} AND ${isNotExpired}` : isTheirs,
          ExpressionAttributeValues: {
            ':kind': 'api_token',
            ':account': account,
            ':now': now,
            ':because': because,
            ':attempt': attempt,
            ':keptUntil': keptAfterRevocation(now),
            ...(isSucceeded ? { ':replacedBy': replacedBy } : {}),
          },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      ),
    )
  }

  return {
    async create(token) {
      const live = (await list(token.account)).filter((other) => isLive(other, token.issuedAt))
      if (live.length >= MAX_LIVE_API_TOKENS) return 'too many'
      await put(token)
      return 'created'
    },

    find,
    list,

    async revoke(account, tokenHash, now, because = 'revoked') {
      const outcome = await end(account, tokenHash, now, because)
      if (outcome.applied) return 'revoked'
      return toApiToken(outcome.found)?.account === account ? 'already' : 'unknown'
    },

    /**
     * Order, and why: the successor is written first, so that the token never ends without one. Where the last
     * write has no answer, the token tells whether it was applied: if so, the successor's text is still there to
     * be told. Only where it cannot be read either is the owner left with a successor that nobody can use.
     */
    async rotate(account, tokenHash, now, succeed) {
      const old = await find(tokenHash)
      if (old?.account !== account) return { outcome: 'unknown' }
      if (!isLive(old, now)) return whyNot(old)
      const successor = succeed(old)
      await put({ ...successor.record, replaces: tokenHash })
      const replacedBy = successor.record.tokenHash
      // What nobody can use need not be listed either.
      const discard = () => db.send(new DeleteCommand(keyOf(replacedBy)))
      const outcome = await end(account, tokenHash, now, 'rotated', replacedBy).catch(
        async (error: unknown): Promise<WriteOutcome> => {
          try {
            if ((await find(tokenHash))?.replacedBy === replacedBy) return { applied: true }
            await discard()
          } catch {
            // Most likely for the same reason: the first error is the one to tell.
          }
          throw error
        },
      )
      if (outcome.applied) return { outcome: 'rotated', successor }
      // Somebody else was faster.
      await discard()
      const found = toApiToken(outcome.found)
      return found?.account === account ? whyNot(found) : { outcome: 'unknown' }
    },

    async touch({ tokenHash, lastUsedAt }, now) {
      const anHourAgo = epochSeconds(now - USE_NOTED_EVERY)
      if (lastUsedAt !== undefined && lastUsedAt >= anHourAgo) return
      try {
        await db.send(
          new UpdateCommand({
            ...keyOf(tokenHash),
            // No other attribute may be named: the authorizer's role holds it to these two.
            UpdateExpression: 'SET #lastUsedAt = :now',
            ConditionExpression:
              'attribute_exists(#tokenHash) AND (attribute_not_exists(#lastUsedAt) OR #lastUsedAt < :anHourAgo)',
            ExpressionAttributeNames: { '#tokenHash': 'tokenHash', '#lastUsedAt': 'lastUsedAt' },
            ExpressionAttributeValues: { ':now': now, ':anHourAgo': anHourAgo },
          }),
          { abortSignal: AbortSignal.timeout(USE_NOTED_WITHIN_MILLISECONDS) },
        )
      } catch (error) {
        // Another request noted it, or the token is gone.
        if (!(error instanceof ConditionalCheckFailedException)) throw error
      }
    },
  }
}

/** Why a token of the account cannot be rotated. */
function whyNot({ revokedAt }: StoredApiToken): { readonly outcome: 'already' | 'expired' } {
  return { outcome: revokedAt === undefined ? 'expired' : 'already' }
}

function toApiToken(item: Item | undefined): StoredApiToken | undefined {
  const token = toStoredToken(item)
  return token?.kind === 'api_token' ? token : undefined
}
