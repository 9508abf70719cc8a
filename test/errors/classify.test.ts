// What PostgreSQL says, as a caller is told of it: by SQLSTATE.
import pg from 'pg';
import { expect, it } from 'vitest';
import { toApiError } from '../../src/errors/classify.ts';

const saying = (code: string) => Object.assign(new pg.DatabaseError('secret', 6, 'error'), { code });

it.each(['08006', '53300', '57P01', '57P03', '57014', '25006', '25P03', '25P04', '3D000', '28P01'])(
  '%s means that the service is not available now',
  (code) => {
    const error = toApiError(saying(code));
    expect(error).toMatchObject({ code: 'INTERNAL_SERVICE_UNAVAILABLE', retryAfter: expect.any(Number) });
    expect(error.message).not.toContain('secret');
  },
);

it.each(['23505', '42601', '22012', '25P02', '40001'])('%s is a defect', (code) => {
  const error = toApiError(saying(code));
  expect(error.code).toBe('INTERNAL_SERVER_ERROR');
  expect(error.message).not.toContain('secret');
});
