import { chooseImage, type ChosenImage, type ImageWish } from '../../../src/cluster/node-image.js';
import { IMAGE_LABELS } from '../../../src/nodes/labels.js';
import { FakeProvider } from '../../support/fake-provider.js';

let provider: FakeProvider;
beforeEach(() => { provider = new FakeProvider(); });

const choose = (wish: ImageWish): Promise<ChosenImage> =>
  chooseImage({ provider, emit: () => undefined, signal: new AbortController().signal, environment: {} }, provider.host, wish);
const add = (tag: string, version: string, cri?: string): void => {
  provider.addImage(`nestybox/k8s-node:${tag}`, { [IMAGE_LABELS.kubernetesVersion]: version, ...(cri === undefined ? {} : { [IMAGE_LABELS.cri]: cri }) });
};

test('without a wish the default version is taken, although a newer one is there', async () => {
  add('v1.37.0', 'v1.37.0');
  expect(await choose({})).toEqual({ reference: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.36.3', cri: 'containerd' });
});

test('a version chooses among images, by tag and by label', async () => {
  add('v1.34.4', 'v1.34.4');
  add('mine', 'v1.35.4');
  expect(await choose({ kubernetesVersion: 'v1.34.4' })).toMatchObject({ reference: 'nestybox/k8s-node:v1.34.4' });
  expect(await choose({ kubernetesVersion: 'v1.35.4' })).toMatchObject({ reference: 'nestybox/k8s-node:mine', kubernetesVersion: 'v1.35.4' });
});

test('a minor version is its newest patch, by number', async () => {
  for (const version of ['v1.34.4', 'v1.34.10', 'v1.34.9', 'v1.3.99']) add(version, version);
  expect(await choose({ kubernetesVersion: 'v1.34' })).toMatchObject({ kubernetesVersion: 'v1.34.10' });
});

test('a version that no image has is refused with those that there are', async () => {
  add('v1.34.4', 'v1.34.4');
  await expect(choose({ kubernetesVersion: 'v1.33.1' })).rejects.toMatchObject({
    reason: 'image', because: expect.stringContaining('v1.36.3, v1.34.4') as string,
    next: expect.arrayContaining(['kindbox image build --k8s-version=v1.33.1']) as string[],
  });
  expect(provider.calls).toEqual([]);
});

test('an image whose version is another than was asked for is refused', async () => {
  await expect(choose({ image: 'nestybox/k8s-node:v1.36.3', kubernetesVersion: 'v1.34' })).rejects.toMatchObject({
    reason: 'image', message: 'The image nestybox/k8s-node:v1.36.3 has Kubernetes v1.36.3, not v1.34',
  });
});

test('the image says which container runtime is in it, and one that kindbox does not know is refused', async () => {
  add('v1.23.17', 'v1.23.17', 'docker');
  add('v1.33.0', 'v1.33.0', 'crio');
  expect(await choose({ kubernetesVersion: 'v1.23' })).toMatchObject({ cri: 'docker' });
  await expect(choose({ kubernetesVersion: 'v1.33' })).rejects.toMatchObject({ reason: 'image', because: expect.stringContaining('"crio"') as string });
});
