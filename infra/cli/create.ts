/** `users create` and `clients create`: one record of the seed format, from flags instead of a file. */
import { parseArgs } from 'node:util'
import { CommandError } from './command-error.ts'

const common = { config: { type: 'string' }, outputs: { type: 'string' } } as const

/** The flags that name the deployment, and the seed data that the others describe. */
export interface CreateCommand {
  readonly config: string | undefined
  readonly outputs: string | undefined
  readonly data: unknown
}

/**
 * @param args what follows `users create`
 * @param readPassword gives the password for `--password-stdin`: a flag would leave it in the shell's history
 * @throws CommandError when a flag is unknown or the name is missing
 */
export function usersCreate(args: readonly string[], readPassword: () => string): CreateCommand {
  const { values, positionals } = parse(args, {
    ...common,
    'password-stdin': { type: 'boolean' },
    account: { type: 'string' },
    name: { type: 'string' },
    email: { type: 'string' },
  })
  const [username, ...more] = positionals
  if (username === undefined || more.length > 0) throw new CommandError('users create takes one user name')
  const { account, name, email } = values
  const password = values['password-stdin'] ? readPassword() : undefined
  return { ...deployment(values), data: { users: [given({ username, password, account, name, email })] } }
}

/**
 * @param args what follows `clients create`
 * @throws CommandError when a flag is unknown or the name is missing
 */
export function clientsCreate(args: readonly string[]): CreateCommand {
  const { values, positionals } = parse(args, {
    ...common,
    grant: { type: 'string', multiple: true },
    scope: { type: 'string' },
    'redirect-uri': { type: 'string', multiple: true },
    account: { type: 'string' },
    uri: { type: 'string' },
    public: { type: 'boolean' },
    'first-party': { type: 'boolean' },
    'introspect-audience': { type: 'string' },
  })
  const [name, ...more] = positionals
  if (name === undefined || more.length > 0)
    throw new CommandError('clients create takes one name, in quotes')
  const client = given({
    client_name: name,
    grant_types: values.grant,
    scope: values.scope,
    redirect_uris: values['redirect-uri'],
    account: values.account,
    client_uri: values.uri,
    token_endpoint_auth_method: values.public ? 'none' : undefined,
    first_party: values['first-party'],
    introspect_audience: values['introspect-audience'],
  })
  return { ...deployment(values), data: { clients: [client] } }
}

function parse<const Options extends NonNullable<Parameters<typeof parseArgs>[0]>['options']>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : 'the flags cannot be read')
  }
}

function deployment({ config, outputs }: { config?: string | undefined; outputs?: string | undefined }) {
  return { config, outputs }
}

/** Without what was not given: the seed format takes a missing member, and no empty one. */
function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
