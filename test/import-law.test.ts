import { globSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { importsOf, violations } from './support/import-law.ts'

const root = new URL('..', import.meta.url)
const files = globSync('{shared,functions,infra}/**/*.ts', { cwd: root }).sort()

describe('every file keeps the import law', () => {
  test('of all layers some are looked at', () => {
    const layers = files.map((file) => file.split('/').slice(0, 2).join('/'))
    expect([...new Set(layers)]).toEqual(
      expect.arrayContaining([
        ...['protocol', 'config', 'stores', 'tokens', 'vending', 'http'].map((name) => `shared/${name}`),
        'functions/token',
        'functions/grants',
        'infra/cli',
        'infra/local',
        'infra/constructs',
      ]),
    )
  })
  test.each(files)('%s', (file) => {
    expect(violations(file, readFileSync(new URL(file, root), 'utf8'))).toEqual([])
  })
})

describe('the law finds', () => {
  test.each([
    ['shared/protocol/a.ts', "import { x } from '../config/types.ts'", 'imports ../config/types.ts'],
    ['shared/protocol/a.ts', "import type { X } from '../config/types.ts'", 'imports ../config/types.ts'],
    ['shared/protocol/a.ts', "import { readFileSync } from 'node:fs'", 'imports node:fs'],
    ['shared/protocol/a.ts', "import { isIP } from 'node:net'", 'imports node:net'],
    ['shared/protocol/public-address.ts', "import { connect } from 'node:net'", 'connects'],
    ['shared/protocol/a.ts', "import { SignJWT } from 'jose'", 'imports jose'],
    ['shared/protocol/a.ts', 'const x = process.env.X', 'reads the environment'],
    ['shared/protocol/a.ts', 'const now = Date.now()', 'reads the clock'],
    ['shared/protocol/a.ts', 'const now = (clock = Date.now) => clock()', 'reads the clock'],
    ['shared/protocol/a.ts', 'const now = new Date()', 'reads the clock'],
    ['shared/protocol/a.ts', 'setTimeout(() => {}, 1)', 'does more than compute'],
    ['shared/config/types.ts', "import { x } from '../stores/clients.ts'", 'imports ../stores/clients.ts'],
    ['shared/config/types.ts', "import * as v from 'valibot'", 'imports valibot'],
    ['shared/config/environment.ts', 'const x = process.env', 'reads the environment'],
    ['shared/stores/a.ts', "import { x } from '../tokens/key-set.ts'", 'imports ../tokens/key-set.ts'],
    ['shared/stores/a.ts', "import middy from '@middy/core'", 'imports @middy/core'],
    ['shared/tokens/a.ts', "import { x } from '../stores/secrets.ts'", 'imports ../stores/secrets.ts'],
    [
      'shared/tokens/a.ts',
      "import { DynamoDBClient } from '@aws-sdk/client-dynamodb'",
      'imports @aws-sdk/client-dynamodb',
    ],
    ['shared/http/a.ts', "import { jwtVerify } from 'jose'", 'imports jose'],
    ['shared/http/a.ts', "import { x } from '@aws-sdk/lib-dynamodb'", 'imports @aws-sdk/lib-dynamodb'],
    [
      'shared/http/a.ts',
      "import { x } from '../../functions/token/router.ts'",
      'imports ../../functions/token/router.ts',
    ],
    ['functions/token/a.ts', "import { x } from '../health/health.ts'", 'imports ../health/health.ts'],
    [
      'functions/grants/password/a.ts',
      "import { x } from '../refresh_token/b.ts'",
      'imports ../refresh_token/b.ts',
    ],
    [
      'functions/token/a.ts',
      "import { x } from '../../infra/cli/seed.ts'",
      'imports ../../infra/cli/seed.ts',
    ],
    [
      'functions/token/a.ts',
      "import { LambdaClient } from '@aws-sdk/client-lambda'",
      'imports @aws-sdk/client-lambda',
    ],
    ['functions/health/a.ts', "import * as v from 'valibot'", 'imports valibot'],
    ['functions/health/a.ts', "const x = await import('../token/router.ts')", 'imports ../token/router.ts'],
    ['functions/health/a.ts', 'const x = await import(name)', 'imports what cannot be told here'],
    [
      'infra/stack.ts',
      "import { x } from '../functions/token/router.ts'",
      'imports ../functions/token/router.ts',
    ],
    [
      'infra/constructs/a.ts',
      "import { x } from '../../shared/stores/clients.ts'",
      'imports ../../shared/stores/clients.ts',
    ],
    [
      'infra/config/deployment.ts',
      "import { x } from '../../shared/vending/profiles/profile-file.ts'",
      'imports ../../shared/vending/profiles/profile-file.ts',
    ],
    [
      'infra/config/vend.ts',
      "import { x } from '../../shared/stores/clients.ts'",
      'imports ../../shared/stores/clients.ts',
    ],
    [
      'infra/constructs/a.ts',
      "import { x } from '../../shared/http/answer.ts'",
      'imports ../../shared/http/answer.ts',
    ],
    ['infra/local/a/b.ts', "import { App } from 'aws-cdk-lib'", 'imports aws-cdk-lib'],
    ['infra/local/a/b.ts', "import { x } from '@aws-sdk/client-lambda'", 'imports @aws-sdk/client-lambda'],
    [
      'infra/local/a/b.ts',
      "export * from '../../../shared/stores/memory.ts'",
      'imports ../../../shared/stores/memory.ts',
    ],
    ['infra/cli/a.ts', "import '../../shared/http/log.ts'", 'imports ../../shared/http/log.ts'],
    ['infra/cli/a.ts', "import 'aws-cdk-lib/aws-iam'", 'imports aws-cdk-lib/aws-iam'],
    ['shared/new-layer/a.ts', '', 'is in no layer'],
  ])('%s: %s', (path, source, violation) => {
    expect(violations(path, source)).toEqual([`${path} ${violation}`])
  })

  test('nothing in what is allowed', () => {
    const allowed = [
      ['shared/protocol/a.ts', "import { b } from './b.ts' // never '../config/types.ts', see process.env"],
      ['shared/config/schema.ts', "import * as v from 'valibot'\nimport { x } from '../protocol/scope.ts'"],
      [
        'functions/grants/password/a.ts',
        "import { x } from '../../../shared/http/grant.ts'\nimport './b.ts'",
      ],
      ['infra/cli/a.ts', "import { x } from '../../shared/tokens/key-set.ts'"],
      ['infra/local/lambda/a.ts', 'const handler = await import(bundle)'],
    ] as const
    expect(allowed.flatMap(([path, source]) => violations(path, source))).toEqual([])
  })
})

test('imports are read in every form, and from code alone', () => {
  const source = `
    import a from 'a'
    import * as b from "b"
    import type { C } from 'c'
    import {
      d, // from 'not-d'
      type E,
    } from 'd'
    import 'e'
    export { f } from 'f'
    export * from 'g'
    const h = await import('h')
    // import x from 'not-x'
    /* import y from 'not-y' */
    const url = 'https://example.com' // import z from 'not-z'
  `
  expect(importsOf(source).sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
})
