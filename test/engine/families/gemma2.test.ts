import { describeFamily } from './family.ts'

describeFamily('gemma2')
