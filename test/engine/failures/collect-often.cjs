// Loaded into every thread of an engine (NODE_OPTIONS=--require): garbage is collected now and then, since V8 by itself
// lets megabytes of it lie, which would look like a leak.
const { setFlagsFromString } = require('node:v8')
const { runInNewContext } = require('node:vm')

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc')
setInterval(collect, 200).unref()
