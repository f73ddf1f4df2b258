/** @file The shared models with what their README says of them. */
import type { LoadOptions } from '../../src/model/load-model.ts';

/** A shared classifier or other network of pictures: its file and how it wants them. */
export const pictureModels: readonly (readonly [
  file: string,
  preprocessing: NonNullable<LoadOptions['preprocessing']>,
])[] = [
  ['imagenet/squeezenet1.1', 'caffe-bgr'],
  ['imagenet/squeezenet1.1_fp16', 'caffe-bgr'],
  ['imagenet/mobilenet_v2_1.0_224', 'tf'],
  ['imagenet/mcunet_320kb', 'tf'],
  ['cifar10/resnet20', 'imagenet'],
  ['cifar10/mlperf_resnet8', 'raw255'],
  ['cifar10/vit_pgd_2_3_16', 'cifar10'],
  ['cifar10/cnn_a_adv_robust', { mean: [0.4914, 0.4822, 0.4465], std: [0.2, 0.2, 0.2] }],
  ['mnist/mnist-8', 'raw255'],
  ['mnist/wong_kolter_robust', 'none'],
  ['mnist/convsmall_point', 'mnist'],
  ['mnist/convsmall_pgd_robust', 'mnist'],
  ['other/minifasnet_v1se', { channels: 'bgr', range: 255 }],
  ['other/super-resolution-10', 'none'],
  ['other/yunet_n_320_320', { channels: 'bgr', range: 255 }],
  ['other/ppocr_mobilenetv3_det', 'imagenet'],
];
