import { expect, test } from 'vitest'
import { profilesOf } from '../../../functions/vend/profiles.ts'
import { ProfilesUnavailable } from '../../../shared/vending/profiles/source.ts'
import { fakeGitHub, gitHubClient, realTime, soon } from '../../support/fake-github.ts'

const nobody = {
  host: 'github.com',
  appId: '1',
  organization: 'acme',
  installations: {},
}

test('the last good file is one of this very source: its GitHub, repository and path', async () => {
  const server = await fakeGitHub([])
  const asked: string[] = []
  const lastGood = () => ({
    async find(source: string) {
      asked.push(source)
      return undefined
    },
    save: async () => undefined,
  })
  const parts = { github: gitHubClient(server), lastGood, time: realTime, warn: () => undefined }
  try {
    for (const [apiUrl, profiles] of [
      ['https://api.github.com', 'acme:ci:profiles.yaml'],
      ['https://api.github.com', 'acme:ci:others.yaml'],
      ['https://github.example/api/v3', 'acme:ci:profiles.yaml'],
    ] as const) {
      const settings = { profiles, github: { ...nobody, apiUrl } }
      await expect(profilesOf(settings, [], parts)(soon())).rejects.toThrow(ProfilesUnavailable)
    }
  } finally {
    await server.close()
  }
  expect(asked).toEqual([
    'https://api.github.com acme:ci:profiles.yaml',
    'https://api.github.com acme:ci:others.yaml',
    'https://github.example/api/v3 acme:ci:profiles.yaml',
  ])
})
