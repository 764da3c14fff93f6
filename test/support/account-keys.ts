/** An account's API key on an operated stack: its item, and what the schedule does to it. */
import { APIGatewayClient, GetApiKeysCommand } from '@aws-sdk/client-api-gateway'
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import { expect } from 'vitest'
import { type EpochSeconds, epochSeconds } from '../../shared/protocol/brands.ts'
import type { AccountKeys } from '../../shared/stores/accounts.ts'
import type { OperatedStack } from './operated-stack.ts'

/** Longer than a key needs to be known everywhere, or one that was given up to be used by nobody. */
const LONG_ENOUGH = 600

export interface AccountItem extends AccountKeys {
  readonly accountId: string
  readonly tier: string
}

export function accountKeys(stack: OperatedStack, accountId: string) {
  const TableName = stack.outputs.AccountsTable
  const lambda = new LambdaClient()

  const read = async () => {
    const { Item } = await stack.db.send(
      new GetCommand({ TableName, Key: { accountId }, ConsistentRead: true }),
    )
    return Item as AccountItem
  }
  const change = async (different: Partial<AccountItem>) => {
    await stack.db.send(new PutCommand({ TableName, Item: { ...(await read()), ...different } }))
  }
  return {
    read,
    change,

    /** What the schedule does every five minutes. */
    async run() {
      const name = stack.functionNames.find((one) => /ApiKeys/i.test(one))
      const { FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: '{}' }))
      expect(FunctionError).toBeUndefined()
    },

    /** As if the account's keys had been where they are for long. */
    async letTimePass() {
      const { nextKey, formerKeys } = await read()
      await change({
        ...(nextKey?.madeAt && { nextKey: { ...nextKey, madeAt: earlier(nextKey.madeAt) } }),
        ...(formerKeys && {
          formerKeys: formerKeys.map((key) => ({ ...key, retiredAt: earlier(key.retiredAt) })),
        }),
      })
    },

    /** Ids of all keys there are. */
    async ofApiGateway() {
      const { items = [] } = await new APIGatewayClient().send(new GetApiKeysCommand({ limit: 500 }))
      return items.map(({ id }) => id)
    },
  }
}

function earlier(time: EpochSeconds): EpochSeconds {
  return epochSeconds(time - LONG_ENOUGH)
}
