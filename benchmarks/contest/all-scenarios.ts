import { readdirSync } from 'node:fs'
import type { Scenario } from './scenario.ts'

const FOLDER = new URL('../scenarios/', import.meta.url)

export async function allScenarios(): Promise<readonly Scenario[]> {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.ts'))
  return Promise.all(
    files.sort().map(async (file) => {
      const module = (await import(new URL(file, FOLDER).href)) as { readonly default: Scenario }
      return module.default
    }),
  )
}

/** @param names `all` stands for every one. @throws Error where there is none of a name */
export async function scenariosNamed(names: readonly string[]): Promise<readonly Scenario[]> {
  const all = await allScenarios()
  if (names.includes('all')) return all
  return names.map((name) => {
    const scenario = all.find((one) => one.name === name)
    if (scenario === undefined) {
      throw new Error(`There is no scenario ${name}. There are ${all.map((one) => one.name).join(', ')}.`)
    }
    return scenario
  })
}
