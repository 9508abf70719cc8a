// Customers with everything that is personal.
import { expect } from 'vitest';
import type { Named } from './customers.ts';
import type { TestGateway } from './gateway.ts';
import { mutate } from './mutations.ts';

/**
 * Gives a customer everything that is personal, and changes all of it once, under Idempotency-Keys.
 *
 * @param mark - stands in every text, and in the address that the customer has then
 * @returns every text of it
 */
export async function fillWithPersonalData(
  gateway: Pick<TestGateway, 'graphql'>,
  customer: Named,
  mark: string,
): Promise<string[]> {
  const keyed = (key: string) => ({ headers: { 'idempotency-key': key } });
  const { cuRefNo } = customer;
  const texts: string[] = [customer.email];
  const text = (name: string) => {
    const made = `${mark} ${name}`;
    texts.push(made);
    return made;
  };
  for (const round of ['first', 'second']) {
    const profile = {
      firstName: text(`${round} given name`),
      lastName: text(`${round} family name`),
      companyName: text(`${round} company`),
      companyRegistrationNumber: `${mark}R${round}`,
      taxIdentificationNumber: `${mark}T${round}`.toUpperCase(),
      address: {
        streetAddress: text(`${round} street`),
        city: text(`${round} city`),
        cityPart: text(`${round} part`),
        stateRegion: text(`${round} region`),
        postalCode: `${mark} ${round}`,
        country: 'NA',
      },
      primaryLocale: 'naq-Latn-NA',
      newsletter: true,
      phone: round === 'first' ? '+264 81 123 4567' : '+264 81 765 4321',
      meta: { [text(`${round} member`)]: { deep: [text(`${round} value`)] } },
      customFields: { field: text(`${round} custom`) },
      customerRealIp: round === 'first' ? '8.8.4.4' : '2001:4860:4860::8844',
    };
    texts.push(
      profile.companyRegistrationNumber,
      profile.taxIdentificationNumber,
      profile.address.postalCode,
      '811234567',
      '817654321',
      profile.primaryLocale,
      profile.customerRealIp,
    );
    expect(
      (await mutate(gateway, 'updateCustomer', { by: { cuRefNo }, ...profile }, undefined, keyed(`${mark}-${round}`)))
        .code,
    ).toBeUndefined();
  }
  const email = `${mark}-new@example.com`;
  texts.push(email);
  await mutate(
    gateway,
    'changeCustomerEmail',
    { by: { cuRefNo }, email },
    'customer { email }',
    keyed(`${mark}-email`),
  );
  customer.email = email;
  return texts;
}
