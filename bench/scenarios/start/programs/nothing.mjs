// What Node itself takes.
process.stdout.write('0\n')
