/** From the text of a profile file to plain data. */
import type { Document, LineCounter, YAMLError } from 'yaml'
import { MAX_PROFILE_FILE_BYTES } from '../../config/profile-file.ts'
import { FaultyProfileFile, quoted } from './faults.ts'

/** How often the file's anchors may be used, and how often those within others: one anchor for 2,000 profiles. */
const MAX_ALIASES = 2000
/** Faults of the text that are told; a file that is no YAML at all has one a line. */
const TOLD = 100

/**
 * Parses YAML 1.2 with its core schema. A key that is there twice, a key that is no text, an unknown tag, a second
 * document or an alias without its anchor is a fault.
 *
 * @throws FaultyProfileFile
 */
export async function readYaml(text: string): Promise<unknown> {
  const bytes = Buffer.byteLength(text, 'utf8')
  if (bytes > MAX_PROFILE_FILE_BYTES)
    throw faultyFile(`a file of at most ${MAX_PROFILE_FILE_BYTES} bytes, but it has ${bytes}`)
  // Loaded when a file is read, which most requests do not: it takes 48 ms of a cold start (2026-11-24).
  const yaml = await import('yaml')
  const lineCounter = new yaml.LineCounter()
  const document = attempt(() =>
    yaml.parseDocument(text, {
      version: '1.2',
      schema: 'core',
      resolveKnownTags: false,
      // Both take time that grows with the square of the file: 34 s for 50,000 keys. `problemsOf` does the first.
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter,
    }),
  )
  refuse([...document.errors, ...document.warnings].map(toProblem), lineCounter)
  refuse(
    attempt(() => problemsOf(document, yaml)),
    lineCounter,
  )
  return attempt(() => document.toJS({ maxAliasCount: MAX_ALIASES }))
}

/** What is wrong, and where: an offset into the text. */
interface Problem {
  readonly message: string
  readonly at: number
}

function toProblem({ message, pos }: YAMLError): Problem {
  return { message, at: pos[0] }
}

/** What the parser lets pass: keys that are there twice or are no texts, and too many aliases. */
function problemsOf(
  document: Document.Parsed,
  { visit, isScalar, isNode }: Pick<typeof import('yaml'), 'visit' | 'isScalar' | 'isNode'>,
): readonly Problem[] {
  const problems: Problem[] = []
  let aliases = 0
  visit(document, {
    Alias(_, { range }) {
      aliases += 1
      if (aliases === MAX_ALIASES + 1)
        problems.push({ message: `More than ${MAX_ALIASES} aliases`, at: range?.[0] ?? 0 })
    },
    Map(_, { items }) {
      const seen = new Set<string>()
      for (const { key } of items) {
        const name = isScalar(key) && typeof key.value === 'string' ? key.value : undefined
        const at = (isNode(key) && key.range?.[0]) || 0
        if (name === undefined) problems.push({ message: 'A key that is no text', at })
        else if (seen.has(name)) problems.push({ message: `The key ${quoted(name)} is there twice`, at })
        else seen.add(name)
      }
    },
  })
  return problems
}

/** The parser throws for aliases without end, and its stack may overflow on lists without end: the file's fault. */
function attempt<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    throw faultyFile(error instanceof Error ? yamlBut(error.message) : 'YAML')
  }
}

function refuse(problems: readonly Problem[], lineCounter: LineCounter): void {
  if (problems.length === 0) return
  const told = problems.slice(0, TOLD).map(({ message, at }) => {
    const { line, col } = lineCounter.linePos(at)
    return `${yamlBut(message)} at line ${line}, column ${col}`
  })
  throw faultyFile(...told)
}

function yamlBut(message: string): string {
  return `YAML, but: ${message.split('\n', 1)[0]}`
}

function faultyFile(...expectations: readonly string[]): FaultyProfileFile {
  return new FaultyProfileFile(expectations.map((expected) => ({ path: '', expected, costs: 'file' })))
}
