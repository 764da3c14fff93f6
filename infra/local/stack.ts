/**
 * The local stack: the synthesized CloudFormation template itself, run on localhost.
 *
 * A start goes through these folders:
 * - `project/` reads the options, builds and synthesizes in child processes, holds the data folder, seeds;
 * - `template/` evaluates the template: intrinsic functions, conditions, the order of creation. Each
 *   property has to be read or left aside with a reason, so that nothing in a template goes unnoticed;
 * - `resources/` has one provider a resource type, which makes the resource in one of the folders below;
 * - `iam/` decides, for each AWS call, whether the calling function's role allows it, and for each
 *   invocation by API Gateway or a schedule, whether the function's resource policy does;
 * - `aws/` is the endpoint server that the functions' unchanged SDK clients talk to: it checks the signature,
 *   asks `iam/`, and hands the call to DynamoDB (`dynamodb/`, dynalite in a thread), to Secrets Manager
 *   (`secrets/`), to API Gateway's API keys (`api-keys/`) or to Lambda;
 * - `lambda/` runs functions in worker threads, one invocation a worker at a time;
 * - `api-gateway/` and `cloudfront/` answer requests as the REST API's stage and the distribution before it;
 * - `custom-resources/` and `schedules/` stand for CloudFormation and EventBridge;
 * - `http/` is the one server that people talk to;
 * - `sample-upstream.ts` plays the team's own API, which a Scrip in front of it forwards to, and
 *   `sample-function.ts` functions of other accounts.
 *
 * Nothing here imports the functions or the CDK: the cloud assembly is all that is known of them. What is
 * not in a list here stops the start with a message that names it, since a stack that runs although
 * something was left out proves nothing.
 */
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { plainAnswer } from './api-gateway/limits.ts'
import { stageHandler } from './api-gateway/stage.ts'
import type { ApiKeyLimits } from './api-keys/store.ts'
import { type CiServers, type CiVendor, type LocalCi, type StandIns, startCi } from './ci-vendor/ci-vendor.ts'
import { distributionHandler } from './cloudfront/handler.ts'
import { LocalStackError } from './errors.ts'
import { createFront } from './http/front.ts'
import { listen, loopback, stop } from './http/listen.ts'
import type { HttpHandler } from './http/types.ts'
import { operatorEnvironment } from './operator.ts'
import { type Assembly, readAssembly } from './project/assembly.ts'
import { type DataFolder, openDataFolder } from './project/data-folder.ts'
import { readSeedFile, type SeedData } from './project/seed-file.ts'
import { seed } from './project/seeding.ts'
import { type Synthesis, synthesize } from './project/synthesize.ts'
import { currentSecrets, startSampleUpstream } from './sample-upstream.ts'
import { type Services, startServices } from './services.ts'
import { createResources, type Outputs } from './template/create.ts'
import type { Template } from './template/types.ts'

export type LocalStackOptions = {
  /** 0 for any free port. */
  readonly port: number
  /** Configuration file. */
  readonly config: string
  /** Whether CloudFront stands before the API. */
  readonly edge: boolean
  /** The API stage's path, `/prod` unless told otherwise; in the URLs only without an edge. */
  readonly stagePath?: string
  /** Where data rests. */
  readonly dataDir: string
  /** A file of data to add. */
  readonly seed?: string
  /** Whether to put demo data into a new data folder; yes unless told otherwise. */
  readonly demoData?: boolean
  /** Whether to delete the data that rests in `dataDir`. */
  readonly fresh?: boolean
  /** A cloud assembly that was synthesized before, for this very origin where functions depend on it. */
  readonly assembly?: string
  /** Limits of API keys that differ from AWS's; tests come near them. */
  readonly apiKeyLimits?: ApiKeyLimits
  /** GitHub's and Buildkite's APIs, in place of the stand-ins. */
  readonly ciServers?: CiServers
  /** Changes the template before it is run; tests take a permission away. */
  readonly transformTemplate?: (template: Template) => Template
  /** Is told each phase, each refusal and each fault of a function, in one line. */
  readonly log: (line: string) => void
}

export type LocalStack = {
  /** `http://127.0.0.1:PORT`, without stage. */
  readonly url: string
  readonly issuer: string
  /** URL of the server that plays the team's own API. */
  readonly sampleUpstream: string
  readonly outputs: Outputs
  /** What it takes to make a CI job's token; nothing where no GitHub tokens are vended. */
  readonly ciVendor?: CiVendor
  /** GitHub and Buildkite as they are played, with what they have seen, and faults to plan; as `ciVendor`. */
  readonly standIns?: StandIns
  /** What was seeded, in the seed format. */
  readonly demo: SeedData
  /** Environment that lets the command line and SDK clients act on the stack with all rights. */
  readonly operator: Readonly<Record<string, string>>
  /** Every route of the API, as `POST /oauth/token`; without the stage. */
  readonly routes: readonly string[]
  /** Names of the functions, for `logs`. */
  readonly functionNames: readonly string[]
  /** The last lines that a function wrote. */
  logs(functionName: string): readonly string[]
  close(): Promise<void>
}

/**
 * Starts a local stack and waits until it serves.
 *
 * @throws LocalStackError for whatever its reader can mend; nothing is left running then.
 */
export async function startLocalStack(options: LocalStackOptions): Promise<LocalStack> {
  const cleanups: (() => Promise<void> | void)[] = []
  const close = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
  }
  try {
    return { ...(await start(options, cleanups)), close }
  } catch (error) {
    await close()
    throw error
  }
}

async function start(
  options: LocalStackOptions,
  cleanups: (() => Promise<void> | void)[],
): Promise<Omit<LocalStack, 'close'>> {
  const { log } = options
  // Found out before the slow work.
  if (options.seed !== undefined) readSeedFile(options.seed)
  let handle: HttpHandler = async () => plainAnswer(503, 'the local stack is starting')
  // The port comes first: whether it is free shows at once, and the issuer contains it.
  const front = createFront((request) => handle(request), log)
  const url = `http://${loopback}:${await listen(front, options.port)}`
  cleanups.push(() => stop(front))
  const data = openDataFolder(options.dataDir, options.fresh ?? false)
  cleanups.push(() => data.release())

  const services = await startServices(data, log, options.apiKeyLimits)
  cleanups.push(() => services.close())
  let upstreamSecrets = (): readonly string[] => []
  // Its URL is written into the functions' configuration.
  const upstream = await startSampleUpstream(() => upstreamSecrets())
  cleanups.push(() => upstream.close())
  const ci = await playCi(options, data)
  if (ci) cleanups.push(() => ci.close())
  const assembly = await assemble(
    options,
    { origin: url, sampleUpstream: upstream.url, ...(ci && { ciVendor: ci.context }) },
    data,
  )
  for (const warning of assembly.warnings) log(`warning: ${warning}`)
  const template = options.transformTemplate?.(assembly.template) ?? assembly.template
  log('starting the stack')
  const world = services.world(assembly)
  const outputs = await createResources(template, world)
  upstreamSecrets = () => currentSecrets(outputs, services.secrets)
  ci?.fillSecrets(outputs, services.secrets)
  world.schedules.start()
  handle = entryPoint(options, services, url)
  const operator = operatorEnvironment(services, outputs)
  if (options.demoData !== false) log('seeding')
  const demo =
    options.demoData === false && options.seed === undefined
      ? {}
      : await seed(data, options.config, operator, options.seed)
  return {
    url,
    issuer: outputs.Issuer ?? url,
    sampleUpstream: upstream.url,
    ...(ci && { ciVendor: ci.vendor, standIns: ci.standIns }),
    outputs,
    demo,
    operator,
    routes: [...services.apis.values()].flatMap((api) => api.routes()),
    functionNames: services.functions.names(),
    logs: (functionName) => services.functions.logs(functionName),
  }
}

/** Nothing where the configuration vends no GitHub tokens, and for a given assembly, which names its own servers. */
async function playCi(
  { assembly, config, ciServers = {} }: LocalStackOptions,
  data: DataFolder,
): Promise<LocalCi | undefined> {
  if (assembly !== undefined) return undefined
  const text = readFileSync(config, 'utf8')
  // A broken file is told by the synthesis, with all its faults.
  if (!/^vend:/m.test(text)) return undefined
  const { parseConfig } = await import('../../shared/config/parse.ts')
  const { vend } = parseConfig(text, basename(config))
  return vend && startCi(vend, data.ciKeys, ciServers)
}

async function assemble(
  options: LocalStackOptions,
  context: Pick<Synthesis, 'origin' | 'sampleUpstream' | 'ciVendor'>,
  data: DataFolder,
): Promise<Assembly> {
  if (options.assembly !== undefined) return readAssembly(options.assembly)
  const stage = stageName(options)
  const { config, edge } = options
  await synthesize({ config, ...context, edge, stage, folder: data.assembly }, options.log)
  return readAssembly(data.assembly)
}

/** What requests reach first: the distribution, or without an edge the API's one stage. */
function entryPoint(options: LocalStackOptions, services: Services, url: string): HttpHandler {
  const apis = [...services.apis.values()]
  const stageOf = (name: string, domainName: string) => {
    const api = apis.find((candidate) => candidate.stages.has(name))
    const stage = api?.stages.get(name)
    if (!api || !stage) throw new LocalStackError(`the template has no API with a stage ${name}`)
    return stageHandler(api, stage, domainName, services)
  }
  if (!options.edge) return stageOf(stageName(options), new URL(url).host)

  const [distribution, ...others] = services.distributions.values()
  if (!distribution || others.length > 0) {
    throw new LocalStackError(`the local stack needs exactly one distribution, or none with EDGE=none`)
  }
  const origins = new Map(
    [...distribution.origins.values()].map(({ domainName, path }) => {
      const api = apis.find((candidate) => candidate.domainName === domainName)
      if (!api)
        throw new LocalStackError(`the edge has the origin ${domainName}, which is no API of this stack`)
      return [domainName, stageOf(basename(path), domainName)]
    }),
  )
  const notFound: HttpHandler = async () => plainAnswer(502, 'no such origin')
  return distributionHandler(distribution, {
    functions: services.functions,
    origin: (domainName) => origins.get(domainName) ?? notFound,
    report: options.log,
  })
}

function stageName({ stagePath = '/prod' }: LocalStackOptions): string {
  return stagePath.replace(/^\//, '')
}
