/** `users create` and `clients create`: one record of the seed format, from flags instead of a file. */
import { CommandError } from './command-error.ts'
import { type DeploymentFlags, deploymentFlags, given, parseFlags } from './flags.ts'

/** The flags that name the deployment, and the seed data that the others describe. */
export interface CreateCommand extends DeploymentFlags {
  readonly data: unknown
}

/**
 * @param args what follows `users create`
 * @param readPassword gives the password for `--password-stdin`: a flag would leave it in the shell's history
 * @throws CommandError when a flag is unknown or the name is missing
 */
export function usersCreate(args: readonly string[], readPassword: () => string): CreateCommand {
  const { values, positionals } = parseFlags(args, {
    'password-stdin': { type: 'boolean' },
    account: { type: 'string' },
    name: { type: 'string' },
    email: { type: 'string' },
  })
  const [username, ...more] = positionals
  if (username === undefined || more.length > 0) throw new CommandError('users create takes one user name')
  const { account, name, email } = values
  const password = values['password-stdin'] ? readPassword() : undefined
  return {
    ...deploymentFlags(values),
    data: { users: [given({ username, password, account, name, email })] },
  }
}

/**
 * @param args what follows `clients create`
 * @throws CommandError when a flag is unknown or the name is missing
 */
export function clientsCreate(args: readonly string[]): CreateCommand {
  const { values, positionals } = parseFlags(args, {
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
  return { ...deploymentFlags(values), data: { clients: [client] } }
}
