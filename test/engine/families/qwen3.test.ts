import { describeFamily } from './family.ts'

describeFamily('qwen3')
