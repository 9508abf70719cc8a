// The recipe of a PHP shop, followed from its first line to its last. Needs PHP with cURL.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createDatabase, createKey, createOrganisation, runSql } from '../support/database.ts';
import { freePort, type GatewayProcess, startProcess, temporaryFolder } from '../support/process.ts';
import { follow, readRecipe, saveFiles, Terminal } from '../support/recipes.ts';

const recipe = readRecipe('php-shop-registration');
/** What is saved once the shop has been tried. */
const hooks = ['plugin/woocommerce.php', 'plugin/users.php', 'SignUpPresenter.php'];
const filesOf = (isHook: boolean) =>
  Object.fromEntries(Object.entries(recipe.files).filter(([name]) => hooks.includes(name) === isHook));

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let databaseUrl: string;
let port: string;
let gateway: GatewayProcess;
let key: string;
let settings: Record<string, string>;
const terminals: Terminal[] = [];
const start = () => startProcess({ DATABASE_URL: databaseUrl, PORT: port, REVERSE_DNS: 'off' });
const open = (more: Record<string, string> = {}) => {
  const terminal = new Terminal(folder.path, { ...settings, ...more });
  terminals.push(terminal);
  return terminal;
};
const customers = () =>
  runSql<{ email: string; cu_ref_no: string; company_name: string | null; last_ip: string | null }>(
    databaseUrl,
    'select email, cu_ref_no, company_name, last_ip from customer order by id',
  );

beforeAll(async () => {
  folder = await temporaryFolder();
  databaseUrl = await createDatabase();
  key = await createKey(databaseUrl, await createOrganisation(databaseUrl), { scopes: ['customer:create'] });
  port = String(await freePort());
  gateway = await start();
  settings = {
    GATEWAY_URL: gateway.url,
    GATEWAY_KEY: key,
    SHOP: `localhost:${await freePort()}`,
    SHOP_DATA: join(folder.path, 'data'),
    TRUSTED_PROXIES: '0',
  };
  saveFiles({ ...recipe, files: filesOf(false) }, folder.path);
});
afterAll(async () => {
  await Promise.all(terminals.map((terminal) => terminal.close()));
  await gateway.stop();
  await folder.remove();
});

/** Whether the shop serves pages. */
const isOpen = (shop: string) =>
  fetch(`http://${shop}/register.php`).then(
    ({ ok }) => ok,
    () => false,
  );
const users = () => JSON.parse(readFileSync(join(settings.SHOP_DATA as string, 'users'), 'utf8'));

it('names the settings that are filled in', () => {
  expect(Object.keys(recipe.settings)).toEqual(Object.keys(settings));
});

it('is followed', async () => {
  const [data, lint, serve, wrong, corrected, twice, away, back] = recipe.steps;
  const terminal = open();
  await follow(terminal, data);
  await follow(terminal, lint);
  open().begin(serve?.command ?? '');
  await vi.waitFor(async () => expect(await isOpen(settings.SHOP as string)).toBe(true), { timeout: 10_000 });
  await follow(terminal, wrong);
  expect(await customers()).toEqual([]);
  await follow(terminal, corrected);
  await follow(terminal, twice);
  expect(await customers()).toMatchObject([
    { email: 'jan@barasek.com', company_name: 'BizKitHub', last_ip: '127.0.0.1' },
  ]);
  await gateway.stop();
  await follow(terminal, away);
  expect(users()).toMatchObject({ 'eva@example.com': null });
  gateway = await start();
  await follow(terminal, back);
  const found = await customers();
  expect(users()).toEqual(Object.fromEntries(found.map(({ email, cu_ref_no }) => [email, cu_ref_no])));
  expect(recipe.steps).toHaveLength(9);
});

const register = async (more: string) =>
  (await open().run(`curl -s -o /dev/null -w '%{http_code}' "http://$SHOP/register.php" ${more}`)).trim();
const waiting = () => readdirSync(settings.SHOP_DATA as string).filter((name) => name.endsWith('.registration'));

it('loses neither of two registrations under one key while the gateway is away, nor creates anybody twice', async () => {
  const same = '-d registration=0123456789abcdef0123456789abcdef';
  await gateway.stop();
  for (const name of ['one', 'two', 'two']) expect(await register(`${same} -d email=${name}@example.com`)).toBe('303');
  expect(waiting()).toHaveLength(2);
  gateway = await start();
  const sent = await open().run('touch -d "2 minutes ago" "$SHOP_DATA"/*.registration; php resend.php');
  expect(sent).toContain('sent 2');
  expect(users()).toMatchObject({ 'one@example.com': expect.any(String), 'two@example.com': expect.any(String) });
  expect((await customers()).map(({ email }) => email).filter((email) => /^(one|two)@/.test(email))).toHaveLength(2);
});

it('keeps a registration whose process was killed before an answer came', async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port: silentPort } = silent.address() as AddressInfo;
  const killed = open({ GATEWAY_URL: `http://127.0.0.1:${silentPort}` });
  await killed.run(
    `timeout -s KILL 1 php -r 'require "registration.php"; register(["email" => "killed@example.com"], newKey());'`,
  );
  silent.close();
  expect(waiting()).toHaveLength(1);
  expect(users()).not.toHaveProperty(['killed@example.com']);
  const sent = await open().run('touch -d "2 minutes ago" "$SHOP_DATA"/*.registration; php resend.php');
  expect(sent).toContain('sent 1');
  expect(users()).toMatchObject({ 'killed@example.com': expect.any(String) });
});

it('keeps what is refused for the key of the shop, and puts aside what breaks a rule', async () => {
  await runSql(databaseUrl, 'update api_key set active = false');
  await vi.waitFor(async () => {
    expect(await register('-d email=refused@example.com')).toBe('303');
    expect(waiting().length).toBeGreaterThan(0);
  });
  const terminal = open();
  const refused = await terminal.run(
    'touch -d "2 minutes ago" "$SHOP_DATA"/*.registration; php resend.php; echo exit $?',
  );
  expect(refused).toMatch(/registration: 404 PUBLIC_API_KEY_IS_NOT_ACTIVE [0-9a-f-]{36}/);
  expect(refused).toContain('exit 1');
  await runSql(databaseUrl, 'update api_key set active = true');
  await gateway.stop();
  expect(await register('-d email=nonsense')).toBe('303');
  gateway = await start();
  const rejected = await terminal.run(
    'touch -d "2 minutes ago" "$SHOP_DATA"/*.registration; php resend.php; echo exit $?',
  );
  expect(rejected).toContain('registration: {"email":"must be a valid e-mail address"}');
  expect(rejected).toMatch(/rejected 1\nrefused 0\nwaiting 0\nexit 1/);
  expect(users()['refused@example.com']).toMatch(/^\w{16}$/);
  expect(readdirSync(settings.SHOP_DATA as string).filter((name) => name.endsWith('.rejected'))).toHaveLength(1);
});

it('passes the address of the visitor on, behind proxies too', async () => {
  const ipOf = (server: string, proxies: number) =>
    open().run(`php -r 'require "registration.php"; var_export(clientIp(${server}, ${proxies}));'`);
  expect(await ipOf('["REMOTE_ADDR" => "1.2.3.4", "HTTP_X_FORWARDED_FOR" => "9.9.9.9"]', 0)).toBe("'1.2.3.4'");
  expect(await ipOf('["REMOTE_ADDR" => "10.0.0.1", "HTTP_X_FORWARDED_FOR" => "9.9.9.9, 1.2.3.4"]', 1)).toBe(
    "'1.2.3.4'",
  );
  expect(await ipOf('["REMOTE_ADDR" => "10.0.0.1", "HTTP_X_FORWARDED_FOR" => "x, 2001:db8::1, 10.0.0.2"]', 2)).toBe(
    "'2001:db8::1'",
  );
  expect(await ipOf('["REMOTE_ADDR" => "10.0.0.1"]', 1)).toBe('NULL');
  expect(await ipOf('["REMOTE_ADDR" => "10.0.0.1", "HTTP_X_FORWARDED_FOR" => "1.2.3.4"]', 2)).toBe('NULL');
});

it('has PHP for WooCommerce and Nette that can be read, and a plugin that calls what is there', async () => {
  const terminal = open();
  await follow(terminal, recipe.steps.at(-1));
  saveFiles({ ...recipe, files: filesOf(true) }, folder.path);
  for (const name of hooks) expect(await terminal.run(`php -l ${name}`)).toBe(`No syntax errors detected in ${name}`);
  const printed = await terminal.run(`cd plugin; php -r '${asWordPress}'`);
  expect(printed.split('\n')).toEqual([
    '{"gateway_email":"E-mail must be a valid e-mail address"}',
    'user 7 cu_ref_no 16',
    'user 8 cu_ref_no 16',
  ]);
});

/** What WordPress has of the functions that the plugin calls; a refused registration, one that is done, and one that cron brings. */
const asWordPress = `
class WP_Error { public $all = []; function has_errors() { return (bool) $this->all; } function add($code, $text) { $this->all[$code] = $text; } }
function add_action($name, $hook) { $GLOBALS["hooks"][$name] = $hook; }
function add_filter($name, $hook) { $GLOBALS["hooks"][$name] = $hook; }
function esc_html($text) { return $text; }
function wp_unslash($text) { return stripslashes($text); }
function get_user_by($field, $email) { return $email === "later@example.com" ? (object) ["ID" => 8] : false; }
function update_user_meta($id, $name, $value) { echo "user $id $name ", strlen($value), "\n"; }
$_SERVER["REMOTE_ADDR"] = "1.1.1.1"; $_POST = ["billing_company" => "O\\"Neil"];
require "woocommerce.php";
echo json_encode($hooks["woocommerce_registration_errors"](new WP_Error, "x", "wrong")->all), "\n";
$hooks["woocommerce_registration_errors"](new WP_Error, "x", "woo@example.com");
$hooks["woocommerce_created_customer"](7);
touch(enqueue(newKey(), ["email" => "later@example.com"]), time() - 100);
ob_start(fn ($text) => preg_replace("/^(sent|rejected|refused|waiting) .*\n/m", "", $text));
require "resend.php";
`;
