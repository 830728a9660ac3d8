// Volumes of the plugins that once were part of Kubernetes: which CSI driver serves them now, and under which handle.
import type { CSINode, NodeSelectorTerm, PersistentVolume, Volume } from '../../model/types.ts';
import { affinityTermsOf } from '../common/volume-topology.ts';
import { VolumeError } from '../volume-binding/volume-error.ts';

/** A volume as its CSI driver knows it. */
export interface CSIVolume {
  driver: string;
  handle: string;
}

interface InTreePlugin {
  name: string;
  driver: string;
  /** The field of a volume's source. */
  field: 'awsElasticBlockStore' | 'gcePersistentDisk' | 'azureDisk' | 'cinder' | 'portworxVolume';
  /** The driver's own label of zones, which stands for Kubernetes' label in the affinity of its volumes. */
  zoneLabel?: string;
  handleOf(source: Source, volume: PersistentVolume | undefined): string;
}

/** The fields of all plugins' sources that are read. */
interface Source {
  volumeID?: string;
  pdName?: string;
  diskURI?: string;
  kind?: string;
}

const ZONE = 'topology.kubernetes.io/zone';
const REGION = 'topology.kubernetes.io/region';
const BETA_ZONE = 'failure-domain.beta.kubernetes.io/zone';
const BETA_REGION = 'failure-domain.beta.kubernetes.io/region';
const ZONE_DELIMITER = '__';
const MIGRATED_PLUGINS = 'storage.alpha.kubernetes.io/migrated-plugins';
const UNSPECIFIED = 'UNSPECIFIED';

/** Those whose volumes are always served by CSI. Others (vSphere, Azure File) are never counted or translated. */
const PLUGINS: readonly InTreePlugin[] = [
  {
    name: 'kubernetes.io/aws-ebs',
    driver: 'ebs.csi.aws.com',
    field: 'awsElasticBlockStore',
    zoneLabel: 'topology.ebs.csi.aws.com/zone',
    handleOf: ({ volumeID = '' }) => ebsHandle(volumeID),
  },
  {
    name: 'kubernetes.io/gce-pd',
    driver: 'pd.csi.storage.gke.io',
    field: 'gcePersistentDisk',
    zoneLabel: 'topology.gke.io/zone',
    handleOf: ({ pdName = '' }, volume) => gceHandle(pdName, volume),
  },
  {
    name: 'kubernetes.io/azure-disk',
    driver: 'disk.csi.azure.com',
    field: 'azureDisk',
    handleOf({ diskURI = '', kind }) {
      if (kind !== undefined && kind.toLowerCase() !== 'managed')
        throw new VolumeError(`kind(${kind}) is not supported in csi migration`);
      return diskURI;
    },
  },
  {
    name: 'kubernetes.io/cinder',
    driver: 'cinder.csi.openstack.org',
    field: 'cinder',
    zoneLabel: 'topology.cinder.csi.openstack.org/zone',
    handleOf: ({ volumeID = '' }) => volumeID,
  },
  {
    name: 'kubernetes.io/portworx-volume',
    driver: 'pxd.portworx.com',
    field: 'portworxVolume',
    handleOf: ({ volumeID = '' }) => volumeID,
  },
];

/** Provisioners of classes that name a plugin whose volumes no CSI driver is counted for. */
const UNCOUNTED_PROVISIONERS = ['kubernetes.io/vsphere-volume', 'kubernetes.io/azure-file'];

function pluginOf(source: object | undefined): InTreePlugin | undefined {
  return source && PLUGINS.find(({ field }) => (source as Record<string, unknown>)[field] !== undefined);
}

function csiVolume(source: object | undefined, volume?: PersistentVolume): CSIVolume | undefined {
  const plugin = pluginOf(source);
  if (plugin === undefined) return undefined;
  const fields = (source as Record<string, Source>)[plugin.field]!;
  return { driver: plugin.driver, handle: plugin.handleOf(fields, volume) };
}

/** Whether the reference asks about limits for a volume of this kind, written in the pod itself. */
export function isInlineMigratable(volume: Volume): boolean {
  return (
    pluginOf(volume) !== undefined || volume.vsphereVolume !== undefined || volume.azureFile !== undefined
  );
}

/**
 * A volume that is written in the pod itself, as its CSI driver knows it; undefined when no driver serves it.
 * @throws VolumeError when the source cannot be translated
 */
export function csiOfInline(volume: Volume): CSIVolume | undefined {
  try {
    return csiVolume(volume);
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    throw new VolumeError(`converting volume(${volume.name}) from inline to csi: ${error.message}`);
  }
}

/**
 * A persistent volume as its CSI driver knows it; undefined when no driver serves it.
 * @throws VolumeError when the source cannot be translated
 */
export function csiOfVolume(volume: PersistentVolume): CSIVolume | undefined {
  const csi = volume.spec?.csi;
  if (csi) return { driver: csi.driver, handle: csi.volumeHandle };
  return csiVolume(volume.spec, volume);
}

/** Whether the volume is not served by a CSI driver under its own name. */
export function isInTree(volume: PersistentVolume): boolean {
  return volume.spec?.csi === undefined && pluginOf(volume.spec) !== undefined;
}

/** Whether the volume's driver serves disks of a plugin that once was part of Kubernetes, too. */
export function isMigrated({ spec }: PersistentVolume): boolean {
  return PLUGINS.some(({ driver, field }) => {
    return (
      driver === spec?.csi?.driver || (spec as Record<string, unknown> | undefined)?.[field] !== undefined
    );
  });
}

/** The driver that makes volumes for a provisioner; undefined when they are not counted. */
export function driverOfProvisioner(provisioner: string, hasCSINode: boolean): string | undefined {
  if (UNCOUNTED_PROVISIONERS.includes(provisioner)) return undefined;
  const plugin = PLUGINS.find(({ name }) => name === provisioner);
  if (plugin === undefined) return provisioner;
  return hasCSINode ? plugin.driver : undefined;
}

/**
 * The terms of a volume's node affinity as they hold on a node: where the node's kubelet has handed the volume's plugin
 * over to CSI, in the driver's own labels.
 * @throws VolumeError when the source cannot be translated
 */
export function affinityTermsOn(
  volume: PersistentVolume,
  csiNode: CSINode | undefined,
): readonly NodeSelectorTerm[] | undefined {
  const plugin = pluginOf(volume.spec);
  const migrated = csiNode?.metadata?.annotations?.[MIGRATED_PLUGINS]?.split(',') ?? [];
  if (plugin === undefined || !migrated.includes(plugin.name)) return affinityTermsOf(volume);
  try {
    csiVolume(volume.spec, volume);
  } catch (error) {
    if (!(error instanceof VolumeError)) throw error;
    throw new VolumeError(`could not translate pv: ${error.message}`);
  }
  return plugin.zoneLabel === undefined ? affinityTermsOf(volume) : translatedTerms(volume, plugin.zoneLabel);
}

function translatedTerms(
  volume: PersistentVolume,
  zoneLabel: string,
): readonly NodeSelectorTerm[] | undefined {
  const terms = affinityTermsOf(volume);
  const labels = volume.metadata?.labels ?? {};
  const names = (key: string) =>
    terms?.some(({ matchExpressions }) => matchExpressions?.some((requirement) => requirement.key === key)) ??
    false;
  const isBeta = !names(ZONE) && (names(BETA_ZONE) || (!(ZONE in labels) && BETA_ZONE in labels));
  const zone = isBeta ? BETA_ZONE : ZONE;
  const renamed = terms?.map((term) => ({
    ...term,
    matchExpressions: term.matchExpressions?.map((requirement) => {
      if (requirement.key === zone) return { ...requirement, key: zoneLabel };
      return isBeta && requirement.key === BETA_REGION ? { ...requirement, key: REGION } : requirement;
    }),
  }));
  const hasZones = terms?.some(({ matchExpressions }) =>
    matchExpressions?.some(({ key, values }) => key === zone && (values ?? []).length > 0),
  );
  const zones = (labels[zone] ?? '')
    .split(ZONE_DELIMITER)
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (hasZones || zones.length === 0) return renamed;
  const placed = { key: zoneLabel, operator: 'In', values: zones };
  const open = renamed === undefined || renamed.length === 0 ? [{}] : renamed;
  return open.map((term: NodeSelectorTerm) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []), placed],
  }));
}

/** EBS volumes are named vol-..., or aws://zone/vol-... */
function ebsHandle(volumeID: string): string {
  if (!volumeID.startsWith('aws://')) return volumeID;
  const path = volumeID.slice('aws://'.length).replace(/^[^/]*/, '');
  const name = path.replace(/^\/+|\/+$/g, '');
  if (!/^vol-[^/]*$/.test(name))
    throw new VolumeError(
      `failed to translate Kubernetes ID to EBS Volume ID Invalid format for AWS volume (${volumeID})`,
    );
  return name;
}

/** A disk's place is a zone, or the region of several zones; its project is not known here. */
function gceHandle(name: string, volume: PersistentVolume | undefined): string {
  const labels = volume?.metadata?.labels;
  const zones = (labels?.[BETA_ZONE] || labels?.[ZONE] || '').split(ZONE_DELIMITER);
  if (zones.length === 1) return `projects/${UNSPECIFIED}/zones/${zones[0] || UNSPECIFIED}/disks/${name}`;
  const regions = new Set<string>();
  for (const zone of zones) {
    const parts = zone.split('-');
    if (parts.length !== 3)
      throw new VolumeError(
        `failed to get region from zones: zone in unexpected format, expected: {locale}-{region}-{zone}, got: ${zone}`,
      );
    regions.add(`${parts[0]}-${parts[1]}`);
  }
  if (regions.size !== 1)
    throw new VolumeError(
      `failed to get region from zones: multiple or no regions gotten from zones, got: ${[...regions].join()}`,
    );
  return `projects/${UNSPECIFIED}/regions/${[...regions][0]}/disks/${name}`;
}
