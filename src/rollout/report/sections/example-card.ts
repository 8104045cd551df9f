import { isRecord } from '../../../core/record.ts'
import { type Html, html } from '../../../page/html.ts'
import { type Column, table } from '../../../page/table.ts'

const COLUMNS: readonly Column[] = [{ title: 'Output' }, { title: 'Control' }, { title: 'Shadow' }]

/** One example of a difference, JSON of a DifferenceExample; what cannot be read as one is shown as it is. */
export function exampleCard(text: string, at: number): Html {
  const example = parsed(text)
  const outputs = listOf(example?.['outputs'])
  if (example === undefined || outputs.length === 0) return html`<pre>${text}</pre>`
  const inputs = listOf(example['inputs'])
  const rows = outputs.map((output) => [
    String(output['output']),
    elementsText(output['control']),
    elementsText(output['other']),
  ])
  return html`<div class="example">${table(`Example ${at + 1}, row ${Number(example['row'])} of its request`, COLUMNS, rows)}
${inputs.length === 0 ? '' : html`<p class="note">Inputs: ${inputs.map(inputText).join('; ')}</p>`}</div>`
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}

function elementsText(tensor: unknown): string {
  if (!isRecord(tensor)) return 'no such output'
  const { data, column } = tensor
  const values = Array.isArray(data) ? data.map(elementText).join(', ') : formText(tensor)
  return typeof column === 'number' ? `… ${values}` : values
}

function inputText(input: Readonly<Record<string, unknown>>): string {
  const { name, data } = input
  const values = Array.isArray(data) ? ` ${data.map(elementText).join(', ')}` : ', values not kept'
  return `${String(name)} (${formText(input)})${values}`
}

function formText({ datatype, shape }: Readonly<Record<string, unknown>>): string {
  return `${String(datatype)} ${Array.isArray(shape) ? shape.join(' × ') : ''}`.trim()
}

/** Seven digits, which is all that FP32 has. */
function elementText(element: unknown): string {
  return typeof element === 'number' ? String(Number(element.toPrecision(7))) : String(element)
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
