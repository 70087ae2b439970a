namespace DmaKit;

internal sealed partial class CoalesceSearch
{
    private Path[] _paths = [];
    private int _pathCount;
    private int[] _direct = [];
    private int[] _copied = [];
    private int[] _nextDirect = [];
    private int[] _nextCopied = [];

    /// <summary>
    /// The search where a copied run may take several blocks. A path is a choice for the parts from some place to the end; paths with the same number of
    /// elements that end in front with a copied part are told apart by what is left of their front block.
    /// </summary>
    private bool SearchShort(Span<CoalescePart> parts, int most, long block)
    {
        long sum = 0;
        foreach (ref readonly CoalescePart part in parts)
            sum = Math.Min(int.MaxValue - 1, sum + Math.Max(part.Elements, (part.Length + block - 1) / block));
        most = (int)Math.Min(most, sum);
        if (_direct.Length <= most)
            (_direct, _copied, _nextDirect, _nextCopied) = (new int[most + 1], new int[most + 1], new int[most + 1], new int[most + 1]);
        Array.Fill(_direct, -1, 0, most + 1);
        Array.Fill(_copied, -1, 0, most + 1);
        _pathCount = 0;
        _direct[0] = NewPath(0, 0, 0, -1, copied: false);
        for (int i = parts.Length - 1; i >= 0; i--)
        {
            ref readonly CoalescePart part = ref parts[i];
            Array.Fill(_nextDirect, -1, 0, most + 1);
            Array.Fill(_nextCopied, -1, 0, most + 1);
            for (int e = 0; e <= most; e++)
            {
                if (_direct[e] >= 0) Extend(part, _direct[e], most, block);
                for (int path = _copied[e]; path >= 0; path = _paths[path].Next) Extend(part, path, most, block);
            }

            (_direct, _nextDirect) = (_nextDirect, _direct);
            (_copied, _nextCopied) = (_nextCopied, _copied);
        }

        int best = -1;
        for (int e = 0; e <= most; e++)
        {
            for (int path = _copied[e]; path >= 0; path = _paths[path].Next)
                if (best < 0 || _paths[path].Cost < _paths[best].Cost) best = path;
            if (_direct[e] >= 0 && (best < 0 || _paths[_direct[e]].Cost < _paths[best].Cost)) best = _direct[e];
        }

        if (best < 0) return false;
        for (int i = 0; i < parts.Length; i++, best = _paths[best].Rest) parts[i].Copied = _paths[best].Copied;
        return true;
    }

    /// <summary>Goes on from a path to the part in front of it, both ways.</summary>
    private void Extend(in CoalescePart part, int rest, int most, long block)
    {
        Path behind = _paths[rest];
        long left = behind.Copied ? behind.Left : 0;
        long more = Math.Max(0, part.Length - left);
        long blocks = (more + block - 1) / block;
        if (behind.Elements + blocks <= most) AddCopied((int)(behind.Elements + blocks), behind.Cost + part.Weight, left + blocks * block - part.Length, rest);
        if (part.Elements == 0 || behind.Elements > most - part.Elements) return;
        int elements = behind.Elements + part.Elements;
        int known = _nextDirect[elements];
        if (known < 0 || behind.Cost < _paths[known].Cost) _nextDirect[elements] = NewPath(elements, behind.Cost, 0, rest, copied: false);
    }

    private void AddCopied(int elements, long cost, long left, int rest)
    {
        int before = -1;
        for (int path = _nextCopied[elements]; path >= 0;)
        {
            ref Path other = ref _paths[path];
            if (other.Cost <= cost && other.Left >= left) return;
            int next = other.Next;
            if (cost <= other.Cost && left >= other.Left)
            {
                if (before < 0) _nextCopied[elements] = next;
                else _paths[before].Next = next;
            }
            else
            {
                before = path;
            }

            path = next;
        }

        int made = NewPath(elements, cost, left, rest, copied: true);
        _paths[made].Next = _nextCopied[elements];
        _nextCopied[elements] = made;
    }

    private int NewPath(int elements, long cost, long left, int rest, bool copied)
    {
        if (_pathCount == _paths.Length) Array.Resize(ref _paths, Math.Max(256, _pathCount * 2));
        _paths[_pathCount] = new Path { Elements = elements, Cost = cost, Left = left, Rest = rest, Next = -1, Copied = copied };
        return _pathCount++;
    }

    private struct Path
    {
        public long Cost;
        public long Left;
        public int Elements;
        public int Rest;
        public int Next;
        public bool Copied;
    }
}
