#!/usr/bin/env node
// Plain old JavaScript on purpose: it checks the version of Node before anything modern is parsed.
'use strict'
require('./require-node.cjs')
var fs = require('node:fs')
var path = require('node:path')
var url = require('node:url')
var modules = require('node:module')
// Half of the time that a command takes to begin is compiling: it is kept in the system's temporary folder.
if (modules.enableCompileCache) modules.enableCompileCache()
// A clone runs the sources (types are stripped by Node 24); a package runs what was built.
var source = path.join(__dirname, '..', 'src', 'cli', 'main.ts')
var built = path.join(__dirname, '..', 'dist', 'cli', 'main.js')
var entry = fs.existsSync(source) ? source : built
import(url.pathToFileURL(entry).href).then(
  cli => cli.main(process.argv.slice(2)),
  error => {
    console.error(error)
    process.exitCode = 1
  },
)
