export { floatText } from '../../../core/float-text.ts'
