import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseChallenges } from '../../../../src/image/registry/auth/challenge.ts'

describe('a WWW-Authenticate header', () => {
  test('is read as registries write it', () => {
    const header =
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"'
    expect(parseChallenges(header)).toEqual([
      {
        scheme: 'bearer',
        parameters: {
          realm: 'https://auth.example/token',
          service: 'registry.example',
          scope: 'repository:a/b:pull,push',
        },
      },
    ])
  })

  test('may hold several challenges, with commas and quotes in their values', () => {
    const header =
      'Newauth realm="apps", type=1, title="Login to \\"apps\\", please", Basic realm = "simple" , ,Negotiate'
    expect(parseChallenges(header)).toEqual([
      { scheme: 'newauth', parameters: { realm: 'apps', type: '1', title: 'Login to "apps", please' } },
      { scheme: 'basic', parameters: { realm: 'simple' } },
      { scheme: 'negotiate', parameters: {} },
    ])
  })

  test('may hold a token68 before the challenge that counts', () => {
    expect(parseChallenges('Negotiate YWJj==, Basic realm="x"').map(({ scheme }) => scheme)).toEqual([
      'negotiate',
      'basic',
    ])
  })

  test('is read to its end whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'aB=", \\\t~;é') }), (text) => {
        expect(Array.isArray(parseChallenges(text))).toBe(true)
      }),
    )
  })

  test('gives back the parameters that were written into it', () => {
    const name = fc.stringMatching(/^[a-z]{1,8}$/)
    const challenge = fc.record({
      scheme: fc.stringMatching(/^[a-z]{1,8}$/),
      parameters: fc.dictionary(name, fc.string(), { minKeys: 1 }),
    })
    fc.assert(
      fc.property(fc.array(challenge), (challenges) => {
        const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&')}"`
        const header = challenges.map(({ scheme, parameters }) => {
          const pairs = Object.entries(parameters).map(([key, value]) => `${key}=${quoted(value)}`)
          return `${scheme} ${pairs.join(', ')}`
        })
        expect(parseChallenges(header.join(', '))).toEqual(challenges)
      }),
    )
  })
})
