import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Cmd, Copy, DockerfileParser, Entrypoint, Env, Healthcheck } from 'dockerfile-ast'
import { expect, test } from 'vitest'
import { configOf } from '../../src/image/image-config-of.ts'

const ROOT = join(import.meta.dirname, '../..')
const text = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const instructions = DockerfileParser.parse(text).getInstructions()
const config = configOf({ platform: 'linux/amd64', version: '0.1.0' })

function argumentsOf(keyword: string): readonly string[] {
  return instructions
    .filter((instruction) => instruction.getKeyword() === keyword)
    .map((instruction) => instruction.getArgumentsContent() ?? '')
}

function listOf(kind: typeof Entrypoint | typeof Cmd): readonly string[] {
  const found = instructions.find((instruction) => instruction instanceof kind)
  return JSON.parse(found?.getArgumentsContent() ?? '[]') as string[]
}

test('the general image is run as the image of a model is', () => {
  const variables = instructions
    .filter((instruction) => instruction instanceof Env)
    .flatMap((instruction) => instruction.getProperties())
    .map((property) => [property.getName(), property.getValue()])
  // Those of its base.
  const { PATH: _, ...environment } = config.environment
  expect(Object.fromEntries(variables)).toEqual(environment)
  expect(argumentsOf('USER')).toEqual([config.user])
  expect(argumentsOf('WORKDIR').at(-1)).toBe(config.workingFolder)
  expect(argumentsOf('EXPOSE')).toEqual(config.ports.map(String))
  expect(argumentsOf('STOPSIGNAL')).toEqual([config.stopSignal])
  expect(listOf(Cmd)).toEqual(config.command)
  expect(listOf(Entrypoint)).toEqual(['/usr/local/bin/node', '/opt/headrace/dist/main.js'])
  expect(instructions.filter((instruction) => instruction instanceof Healthcheck)).toHaveLength(1)
})

test('what it copies from a working copy is there, and is not kept out by .dockerignore', () => {
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
  const sources = instructions
    .filter((instruction) => instruction instanceof Copy)
    .filter((copy) => copy.getFromFlag() === null)
    .flatMap((copy) => copy.getArguments().slice(0, -1))
    .map((argument) => argument.getValue())
    .filter((source) => source !== '.')
  expect(sources.length).toBeGreaterThan(3)
  for (const source of sources) {
    expect([source, existsSync(join(ROOT, source))]).toEqual([source, true])
    expect(ignored).toContain(`!${source.split('/')[0]}`)
  }
})

test('what the build reads is not kept out either', () => {
  const ignored = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n')
  for (const source of ['src', 'scripts', 'tsconfig.json', 'tsconfig.build.json']) {
    expect(ignored).toContain(`!${source}`)
  }
})
