import { openReference } from '../reference/model.ts'
import { describeEngine } from './contract.ts'

describeEngine('reference transformer', file => openReference(file))
