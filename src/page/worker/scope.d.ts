// What a worker has that the types of Node leave out.
declare function addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
declare function postMessage(message: unknown): void;
