import { expect, test } from 'vitest'
import { notFound, serializeError } from '../../src/core/errors.ts'
import { AskingChannel } from '../../src/rollout/asking-channel.ts'
import type { RolloutChannel } from '../../src/rollout/rollout-channel.ts'
import type { MemberMessage, ThreadMessage } from '../../src/rollout/rollout-messages.ts'

class Line implements RolloutChannel {
  readonly sent: MemberMessage[] = []
  onMessage: (message: ThreadMessage) => void = () => {}

  send(message: MemberMessage): void {
    this.sent.push(message)
  }
}

const EMPTY = { answer: 'list', views: [] } as const

test('answers come to whoever asked, in whatever order, and nothing else of the channel is lost', async () => {
  const line = new Line()
  const channel = new AskingChannel(line)
  const others: ThreadMessage[] = []
  channel.onMessage = (message) => others.push(message)
  const first = channel.ask({ ask: 'list' })
  const second = channel.ask({ ask: 'show', rollout: 'iris' })
  expect(line.sent).toEqual([
    { kind: 'question', id: 1, question: { ask: 'list' } },
    { kind: 'question', id: 2, question: { ask: 'show', rollout: 'iris' } },
  ])
  line.onMessage({ kind: 'failure', id: 2, error: serializeError(notFound('no such rollout')) })
  line.onMessage({ kind: 'answer', id: 7, answer: EMPTY })
  line.onMessage({ kind: 'answer', id: 1, answer: EMPTY })
  await expect(second).rejects.toMatchObject({ code: 'RESOURCE_DOES_NOT_EXIST', message: 'no such rollout' })
  expect(await first).toEqual(EMPTY)
  expect(others).toEqual([])
})

test('a question that nobody answers is given up', async () => {
  const channel = new AskingChannel(new Line(), 10)
  await expect(channel.ask({ ask: 'list' })).rejects.toMatchObject({ code: 'TEMPORARILY_UNAVAILABLE' })
})
