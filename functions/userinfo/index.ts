import { loadConfig } from '../../shared/config/runtime.ts'
import { accessTokenServices, connect, tokenDeployment } from '../../shared/http/token-deployment.ts'
import { userStore } from '../../shared/stores/users.ts'
import { userinfoEndpoint } from './userinfo.ts'

const config = loadConfig(import.meta.url)
const connections = connect()

export const handler = userinfoEndpoint({
  ...tokenDeployment(config, connections),
  ...accessTokenServices(config, connections),
  users: userStore(connections.db, connections.table('users')),
})
