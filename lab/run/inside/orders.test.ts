import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { order, readOrders } from './orders.ts';

function reading() {
  const input = new PassThrough();
  const gone = vi.fn();
  return { input, gone, orders: readOrders(input, gone) };
}

describe('orders to the process inside', () => {
  test('come in turn, whether they are awaited already or not, until the end', async () => {
    const { input, orders } = reading();
    const first = orders.next();
    input.write(order.run('one'));
    expect(await first).toBe('one');
    input.write(order.run('two words~2') + order.end);
    expect(await orders.next()).toBe('two words~2');
    expect(await orders.next()).toBeUndefined();
    expect(await orders.next()).toBeUndefined();
    expect(orders.stopped).toBe(false);
  });

  test('stop interrupts what runs and takes back what waits', async () => {
    const { input, orders } = reading();
    input.write(order.run('one') + order.stop);
    await expect(orders.interrupted).rejects.toThrow('interrupted');
    expect(await orders.next()).toBeUndefined();
    expect(orders.stopped).toBe(true);
  });

  test('stop reaches whoever waits', async () => {
    const { input, orders } = reading();
    const next = orders.next();
    input.write(order.stop);
    expect(await next).toBeUndefined();
  });

  test('the end of the process outside is told', async () => {
    const { input, gone } = reading();
    input.end();
    await vi.waitFor(() => expect(gone).toHaveBeenCalledOnce());
  });
});
