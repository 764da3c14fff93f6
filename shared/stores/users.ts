/** The users table: who may sign in. Key: `username`, normalised; users of an upstream provider have a key of their own. */
import { createHash } from 'node:crypto'
import { type DynamoDBDocumentClient, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { EpochSeconds } from '../protocol/brands.ts'
import { createItem } from './conditional-write.ts'

export interface User {
  readonly username: string
  /** `sub` of the user's tokens: random, and never another user's. */
  readonly subject: string
  /** argon2id in PHC format; nothing for users who sign in upstream. */
  readonly passwordHash?: string
  readonly account?: string
  readonly name?: string
  readonly email?: string
  readonly emailVerified?: boolean
  /** Counts password changes and sign-outs everywhere: a session of another version is none. */
  readonly sessionVersion: number
  readonly createdAt: EpochSeconds
}

export interface UserReader {
  find(username: string): Promise<User | undefined>
}

export interface UserStore extends UserReader {
  create(user: User): Promise<'created' | 'exists'>
  /** Replaces a password hash by a stronger one of the same password, unless it was changed meanwhile. */
  rehash(username: string, from: string, to: string): Promise<void>
  /** Sets a password, and ends every session: gives the new version. */
  changePassword(username: string, passwordHash: string): Promise<number>
  /** Replaces what is told of a user who signs in upstream. */
  tellProfile(username: string, profile: Pick<User, 'name' | 'email' | 'emailVerified'>): Promise<void>
  /** Ends every session: gives the new version. */
  endSessions(username: string): Promise<number>
}

/**
 * The key of a user who signs in at an upstream provider: by issuer and subject, and never by an e-mail
 * address, which another provider could claim.
 */
export function upstreamUsername(issuer: string, subject: string): string {
  // A user name of our own has no slash: `normaliseUsername` is not asked, since nobody types this one.
  return `upstream/${createHash('sha256')
    .update(JSON.stringify([issuer, subject]))
    .digest('base64url')}`
}

export function userStore(db: DynamoDBDocumentClient, table: string): UserStore {
  const keyOf = (username: string) => ({ TableName: table, Key: { username } })

  async function bumpVersion(
    username: string,
    also: string,
    values: Record<string, string>,
  ): Promise<number> {
    const { Attributes } = await db.send(
      new UpdateCommand({
        ...keyOf(username),
        UpdateExpression: `SET sessionVersion = sessionVersion + :one${also}`,
        ConditionExpression: 'attribute_exists(username)',
        ExpressionAttributeValues: { ':one': 1, ...values },
        ReturnValues: 'UPDATED_NEW',
      }),
    )
    return Number(Attributes?.sessionVersion)
  }

  return {
    async find(username) {
      const { Item } = await db.send(new GetCommand({ ...keyOf(username), ConsistentRead: true }))
      return Item as User | undefined
    },

    create: (user) => createItem(db, table, 'username', user),

    async rehash(username, from, to) {
      await db
        .send(
          new UpdateCommand({
            ...keyOf(username),
            UpdateExpression: 'SET passwordHash = :to',
            ConditionExpression: 'passwordHash = :from',
            ExpressionAttributeValues: { ':from': from, ':to': to },
          }),
        )
        .catch(ignoreFailedCondition)
    },

    changePassword: (username, passwordHash) =>
      bumpVersion(username, ', passwordHash = :hash', { ':hash': passwordHash }),

    endSessions: (username) => bumpVersion(username, '', {}),

    async tellProfile(username, profile) {
      const names = ['name', 'email', 'emailVerified'] as const
      const told = names.filter((name) => profile[name] !== undefined)
      const untold = names.filter((name) => profile[name] === undefined)
      const set = told.map((name) => `#${name} = :${name}`).join(', ')
      const remove = untold.map((name) => `#${name}`).join(', ')
      await db.send(
        new UpdateCommand({
          ...keyOf(username),
          UpdateExpression: `${set && `SET ${set} `}${remove && `REMOVE ${remove}`}`,
          ConditionExpression: 'attribute_exists(username)',
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ...(told.length > 0 && {
            ExpressionAttributeValues: Object.fromEntries(told.map((name) => [`:${name}`, profile[name]])),
          }),
        }),
      )
    },
  }
}

function ignoreFailedCondition(error: unknown): void {
  if (!(error instanceof Error && error.name === 'ConditionalCheckFailedException')) throw error
}
