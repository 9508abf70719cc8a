// A rule for inputs that fails by itself is the gateway's own fault, not that of the input.
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { apis } from '../support/apis.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterEach(() => vi.restoreAllMocks());
afterAll(() => gateway.close());

it.each(apis)('is answered and logged as a defect, with the field that it belongs to: $name', async (api) => {
  const normalize = String.prototype.normalize;
  vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string, form?: string) {
    if (this.includes('Broken')) throw new TypeError('words of the inside');
    return normalize.call(this, form);
  });
  const { answer, code, fields } = await api.create(gateway, { email: 'rule@example.com', companyName: 'Broken Ltd' });
  expect({ code, fields }).toEqual({ code: 'INTERNAL_SERVER_ERROR', fields: undefined });
  expect(answer.text).not.toContain('words of the inside');
  const requestId = answer.headers.get('x-request-id');
  const told = gateway.log.filter((line) => line.requestId === requestId && line.msg === 'request failed');
  expect(told).toHaveLength(1);
  expect(told[0]?.err).toMatchObject({
    message: 'a rule for the input of Mutation.createCustomer failed: TypeError',
    stack: expect.stringContaining('rule-defect.test.ts'),
  });
  expect(JSON.stringify(told)).not.toContain('words of the inside');
});
