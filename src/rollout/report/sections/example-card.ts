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
  const { column } = tensor
  const values = dataText(tensor) ?? formText(tensor)
  return typeof column === 'number' ? `… ${values}` : values
}

function inputText(input: Readonly<Record<string, unknown>>): string {
  const data = dataText(input)
  const values = data === undefined ? ', values not kept' : ` ${data}`
  return `${String(input['name'])} (${formText(input)})${values}`
}

function dataText({ data, datatype }: Readonly<Record<string, unknown>>): string | undefined {
  if (!Array.isArray(data)) return undefined
  const hasFewDigits = datatype === 'FP32' || datatype === 'FP16'
  return data.map((element: unknown) => elementText(element, hasFewDigits)).join(', ')
}

function formText({ datatype, shape }: Readonly<Record<string, unknown>>): string {
  return `${String(datatype)} ${Array.isArray(shape) ? shape.join(' × ') : ''}`.trim()
}

/** Of fractions in FP32 seven digits, which is all that it has. */
function elementText(element: unknown, hasFewDigits: boolean): string {
  const isCut = hasFewDigits && typeof element === 'number' && !Number.isInteger(element)
  return String(isCut ? Number(element.toPrecision(7)) : element)
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : []
}
