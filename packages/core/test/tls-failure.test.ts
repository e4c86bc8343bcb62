import { expect, test } from 'vitest'
import { tlsFailure } from '../src/adapter.js'

test.each([
  [
    'write EPROTO 805CEA1A757F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/openssl/openssl/ssl/record/ssl3_record.c:350:\n',
    'write EPROTO wrong version number',
  ],
  [
    '803CEC72897F0000:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:../deps/openssl/openssl/ssl/record/rec_layer_s3.c:1601:SSL alert number 42\n',
    'sslv3 alert bad certificate',
  ],
  ['unable to verify the first certificate', 'unable to verify the first certificate'],
])('of %j the reason is left', (message, reason) => {
  expect(tlsFailure(message)).toBe(reason)
})
