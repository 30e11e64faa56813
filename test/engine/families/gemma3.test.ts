import { describeFamily, lookedUp } from './family.ts'

describeFamily('gemma3', { tolerance: lookedUp })
