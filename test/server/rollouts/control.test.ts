import { expect, test } from 'vitest'
import type { ModelHistory } from '../../../src/core/model-history.ts'
import type { ServedModel } from '../../../src/runtime/served-model.ts'
import { ControlGuard } from '../../../src/server/control-guard.ts'
import type { LoadRequest, ModelControl } from '../../../src/server/model-control.ts'
import { FakeModels, fakeModel } from '../support/fake-model.ts'
import { score, startServer } from '../support/running.ts'
import { rolloutOptions, rolloutPlan, rolloutState } from './support.ts'

/** Notes what it is told to do. */
class NotingControl implements ModelControl {
  readonly told: string[] = []

  index() {
    return []
  }

  async load(name: string, _request: LoadRequest): Promise<void> {
    this.told.push(`load ${name}`)
  }

  async rollback(name: string): Promise<void> {
    this.told.push(`rollback ${name}`)
  }

  history(): ModelHistory | undefined {
    return undefined
  }

  async unload(name: string): Promise<void> {
    this.told.push(`unload ${name}`)
  }
}

async function serve() {
  const control = new NotingControl()
  const models = ['a', 'b', 's', 'other'].map((name, index) => fakeModel({ name, version: String(index) }))
  const { options, channel } = rolloutOptions(rolloutPlan({ shadows: ['s'] }), models)
  const controlGuard = new ControlGuard({ host: '127.0.0.1', token: undefined })
  const { url } = await startServer({ ...options, control, controlGuard })
  const ask = async (name: string, verb: string) => {
    const reply = await fetch(`${url}/v2/repository/models/${name}/${verb}`, { method: 'POST' })
    const text = await reply.text()
    return { status: reply.status, error: text === '' ? '' : (JSON.parse(text) as { error: string }).error }
  }
  return { control, channel, ask }
}

test('a model that a running rollout needs is neither unloaded nor exchanged', async () => {
  const { control, ask } = await serve()
  for (const name of ['a', 'b', 's']) {
    expect(await ask(name, 'unload')).toEqual({
      status: 409,
      error:
        `The model '${name}' is not unloaded while the rollout 'iris' needs it: end the rollout first ` +
        '(POST /rollouts/iris/abort or /promote).',
    })
    expect((await ask(name, 'load')).status).toBe(409)
  }
  expect(await ask('iris', 'unload')).toEqual({
    status: 409,
    error: "'iris' is a rollout, which is not unloaded: its variants are, under their own names.",
  })
  await ask('other', 'unload')
  await ask('other', 'load')
  expect(control.told).toEqual(['unload other', 'load other'])
})

test('once a rollout is over the models are free that have no keys any more', async () => {
  const { control, channel, ask } = await serve()
  channel.tell('iris', rolloutState({ phase: 'promoted', split: [{ end: 1000, variant: 1 }] }))
  for (const name of ['a', 'b']) {
    expect(await ask(name, 'unload')).toEqual({
      status: 409,
      error:
        `The model '${name}' is not unloaded while the rollout 'iris' needs it: it is the control, or has all keys. ` +
        'Start the server without the rollout, which is over.',
    })
  }
  await ask('s', 'unload')
  channel.tell('iris', rolloutState({ epoch: 2, phase: 'aborted', split: [{ end: 1000, variant: 0 }] }))
  await ask('b', 'unload')
  expect(control.told).toEqual(['unload s', 'unload b'])
})

/** Whose `b` is whatever is loaded as it. */
class ChangingModels extends FakeModels {
  b: ServedModel | undefined = fakeModel({ name: 'b', version: '1' })

  override get(name: string, version?: string): ServedModel | undefined {
    return name === 'b' ? this.b : super.get(name, version)
  }
}

test('a rollout that is over begins again with the versions it began with, and with no other', async () => {
  const models = new ChangingModels(fakeModel({ name: 'a', version: '0' }))
  const { options, channel } = rolloutOptions(rolloutPlan({ canForce: true }))
  const controlGuard = new ControlGuard({ host: '127.0.0.1', token: undefined })
  const { url } = await startServer({ ...options, models, controlGuard })
  const restart = async () => {
    const reply = await fetch(`${url}/rollouts/iris/restart`, { method: 'POST' })
    return { status: reply.status, message: ((await reply.json()) as { message: string }).message }
  }
  const refusal = (what: string) => ({
    status: 409,
    message: `The rollout 'iris' compares version 1 of 'b', which ${what} now: load that version, or start the server again.`,
  })
  channel.tell('iris', rolloutState({ phase: 'aborted', split: [{ end: 1000, variant: 0 }] }))
  models.b = undefined
  expect(await restart()).toEqual(refusal('is not loaded'))
  models.b = fakeModel({ name: 'b', version: '9' })
  expect(await restart()).toEqual(refusal('is served in version 9'))
  // Another replica, which knows nothing of this, begins it again.
  channel.tell('iris', rolloutState({ epoch: 2, split: [{ end: 1000, variant: 1 }] }))
  const { headers } = await score(url)
  expect(headers.get('x-headrace-variant')).toBe('a')
  models.b = fakeModel({ name: 'b', version: '1' })
  expect((await score(url)).headers.get('x-headrace-variant')).toBe('b')
  const asked = restart()
  await channel.until(() => channel.messages.some(({ kind }) => kind === 'question'))
  channel.onMessage({
    kind: 'failure',
    id: 1,
    error: { code: 'RESOURCE_CONFLICT', message: 'It is asked.', details: {} },
  })
  expect(await asked).toEqual({ status: 409, message: 'It is asked.' })
})
