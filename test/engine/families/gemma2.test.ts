import { describeFamily, lookedUp } from './family.ts'

describeFamily('gemma2', { tolerance: lookedUp })
