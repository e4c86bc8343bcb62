#!/usr/bin/env node
// Not built, so that installing this repository has something to link the command to.
import '../dist/main.js'
