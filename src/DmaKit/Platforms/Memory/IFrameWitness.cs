namespace DmaKit.Platforms;

/// <summary>Is told who has which frame. For checkers of a machine, which must not believe what the code under test says of its own memory.</summary>
/// <remarks>Called under the allocator's lock: quick, and without calling back.</remarks>
internal interface IFrameWitness
{
    /// <summary>Frames were handed out.</summary>
    void Taken(long first, long count);

    /// <summary>Frames were given back.</summary>
    void Freed(long first, long count);
}
