// A bar for each workload and each contestant, as an SVG that reads on a light page and on a dark one.
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

export interface Plot {
  title: string;
  unit: string;
  scale: 'log' | 'linear';
  /** Of each group of bars, from the left. */
  labels: readonly string[];
  series: readonly { name: string; values: readonly (number | undefined)[] }[];
}

// a grey, and colours of one lightness in the middle, which differ for the colour-blind too
const TEXT = '#7d8590';
const LINE = '#7d859055';
const COLORS = ['#2f81f7', '#db6d28', '#8b949e', '#a371f7'];

const WIDTH = 880;
const HEIGHT = 420;

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export function svg({ title, unit, scale, labels, series }: Plot): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption({
    animation: false,
    backgroundColor: 'transparent',
    color: COLORS,
    textStyle: { fontFamily: 'sans-serif', color: TEXT },
    title: { text: title, left: 8, top: 4, textStyle: { color: TEXT, fontSize: 15, fontWeight: 600 } },
    // fonts differ in width, and nothing here knows which one the reader has
    legend: {
      top: 30,
      left: 4,
      itemGap: 40,
      itemHeight: 10,
      itemWidth: 14,
      textStyle: { color: TEXT, fontSize: 12 },
    },
    grid: { left: 70, right: 12, top: 66, bottom: 56 },
    xAxis: {
      type: 'category',
      data: [...labels],
      axisTick: { show: false },
      axisLine: { lineStyle: { color: TEXT } },
      axisLabel: {
        color: TEXT,
        fontSize: 11,
        interval: 0,
        width: (WIDTH - 82) / labels.length - 6,
        overflow: 'break',
      },
    },
    yAxis: {
      type: scale === 'log' ? 'log' : 'value',
      name: scale === 'log' ? `${unit}, logarithmic` : unit,
      nameLocation: 'middle',
      nameGap: 54,
      nameTextStyle: { color: TEXT, fontSize: 12 },
      axisLabel: { color: TEXT, fontSize: 11, formatter: (value: number) => value.toLocaleString('en-US') },
      splitLine: { lineStyle: { color: LINE } },
    },
    series: series.map(({ name, values }) => ({
      name,
      type: 'bar',
      barGap: '8%',
      barCategoryGap: '24%',
      data: values.map((value) => value ?? null),
      label: {
        show: true,
        position: 'top',
        color: TEXT,
        fontSize: 9,
        formatter: ({ value }: { value: number }) => short(value),
      },
    })),
  });
  const text = chart.renderToSVGString();
  chart.dispose();
  return `${text}\n`;
}

/** Short enough to stand above a bar. */
function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toPrecision(2)}M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)}k`;
  return Math.round(value).toLocaleString('en-US');
}
