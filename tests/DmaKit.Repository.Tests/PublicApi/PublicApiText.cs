using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DmaKit.Repository.Tests;

/// <summary>All that a built assembly shows to others, one member a line, in an order that does not depend on the sources.</summary>
internal static class PublicApiText
{
    private static readonly SymbolDisplayFormat TypeFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints | SymbolDisplayGenericsOptions.IncludeVariance,
        kindOptions: SymbolDisplayKindOptions.IncludeTypeKeyword,
        delegateStyle: SymbolDisplayDelegateStyle.NameAndSignature,
        parameterOptions: ParameterParts,
        miscellaneousOptions: Miscellaneous);

    private static readonly SymbolDisplayFormat MemberFormat = new(
        typeQualificationStyle: SymbolDisplayTypeQualificationStyle.NameAndContainingTypes,
        genericsOptions: SymbolDisplayGenericsOptions.IncludeTypeParameters | SymbolDisplayGenericsOptions.IncludeTypeConstraints,
        memberOptions: SymbolDisplayMemberOptions.IncludeAccessibility | SymbolDisplayMemberOptions.IncludeModifiers | SymbolDisplayMemberOptions.IncludeType
            | SymbolDisplayMemberOptions.IncludeParameters | SymbolDisplayMemberOptions.IncludeRef | SymbolDisplayMemberOptions.IncludeConstantValue | SymbolDisplayMemberOptions.IncludeExplicitInterface,
        parameterOptions: ParameterParts,
        propertyStyle: SymbolDisplayPropertyStyle.ShowReadWriteDescriptor,
        kindOptions: SymbolDisplayKindOptions.IncludeMemberKeyword,
        miscellaneousOptions: Miscellaneous);

    private const SymbolDisplayParameterOptions ParameterParts = SymbolDisplayParameterOptions.IncludeType | SymbolDisplayParameterOptions.IncludeName
        | SymbolDisplayParameterOptions.IncludeDefaultValue | SymbolDisplayParameterOptions.IncludeParamsRefOut | SymbolDisplayParameterOptions.IncludeModifiers | SymbolDisplayParameterOptions.IncludeExtensionThis;

    private const SymbolDisplayMiscellaneousOptions Miscellaneous = SymbolDisplayMiscellaneousOptions.UseSpecialTypes | SymbolDisplayMiscellaneousOptions.IncludeNullableReferenceTypeModifier
        | SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers | SymbolDisplayMiscellaneousOptions.AllowDefaultLiteral;

    /// <summary>The text for one assembly; <paramref name="references"/> are what it was built against.</summary>
    public static string Of(MetadataReference assembly, IEnumerable<MetadataReference> references)
    {
        CSharpCompilation compilation = CSharpCompilation.Create("api", references: [.. references.Where(r => r.Display != assembly.Display), assembly]);
        var symbol = (IAssemblySymbol)compilation.GetAssemblyOrModuleSymbol(assembly)!;
        var text = new StringBuilder();
        foreach (INamedTypeSymbol type in Types(symbol.GlobalNamespace).OrderBy(FullName, StringComparer.Ordinal))
        {
            Append(text, type);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, INamedTypeSymbol type)
    {
        if (text.Length > 0)
        {
            text.Append('\n');
        }

        text.Append(Heading(type)).Append('\n');
        foreach (string line in type.GetMembers().Where(IsShown).Select(m => (m.Name, Line: Line(m))).OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.Line, StringComparer.Ordinal).Select(m => m.Line))
        {
            text.Append("    ").Append(line).Append('\n');
        }
    }

    private static string Heading(INamedTypeSymbol type)
    {
        string modifiers = type.TypeKind == TypeKind.Class
            ? type.IsStatic ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : string.Empty
            : string.Empty;
        INamedTypeSymbol[] bases = type.BaseType is { SpecialType: SpecialType.None } parent ? [parent] : [];
        string[] parents = [.. bases.Concat(type.Interfaces.OrderBy(i => i.ToDisplayString(), StringComparer.Ordinal)).Select(t => t.ToDisplayString(MemberFormat))];
        string under = type.EnumUnderlyingType is { } number ? $" : {number}" : parents.Length == 0 ? string.Empty : " : " + string.Join(", ", parents);
        return $"{Access(type)} {modifiers}{type.ToDisplayString(TypeFormat)}{under}";
    }

    private static string Line(ISymbol member)
    {
        if (member is IFieldSymbol { ContainingType.TypeKind: TypeKind.Enum } value)
        {
            return $"{value.Name} = {value.ConstantValue}";
        }

        // A setter that only the library can call is none for others.
        string line = member.ToDisplayString(MemberFormat);
        foreach (string hidden in (string[])[" internal set;", " private set;", " internal init;", " private init;", " private protected set;"])
        {
            line = line.Replace(hidden, string.Empty, StringComparison.Ordinal);
        }

        return member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true } ? "(required) " + line.Replace("required ", string.Empty, StringComparison.Ordinal) : line;
    }

    private static string FullName(INamedTypeSymbol type)
        => $"{type.ContainingNamespace.ToDisplayString()}.{(type.ContainingType is { } outer ? FullName(outer) + "." : string.Empty)}{type.MetadataName}";

    private static string Access(ISymbol symbol) => symbol.DeclaredAccessibility == Accessibility.Public ? "public" : "protected";

    private static bool IsOpen(ISymbol symbol)
        => symbol.DeclaredAccessibility is Accessibility.Public || (symbol.DeclaredAccessibility is Accessibility.Protected or Accessibility.ProtectedOrInternal && symbol.ContainingType is null or { IsSealed: false });

    /// <summary>Nested types have a heading of their own; accessors stand with their property; what the compiler adds to records and delegates says nothing.</summary>
    private static bool IsShown(ISymbol member)
        => IsOpen(member)
            && member is not INamedTypeSymbol
            && member is not IMethodSymbol { AssociatedSymbol: not null }
            && member is not IMethodSymbol { MethodKind: MethodKind.DelegateInvoke }
            && member is not IMethodSymbol { ContainingType.TypeKind: TypeKind.Delegate or TypeKind.Enum }
            && member is not IMethodSymbol { MethodKind: MethodKind.Constructor, IsImplicitlyDeclared: true, ContainingType.TypeKind: TypeKind.Struct }
            && !member.Name.Contains('<', StringComparison.Ordinal)
            && !IsSynthesized(member);

    private static bool IsSynthesized(ISymbol member)
        => member.GetAttributes().Any(a => a.AttributeClass?.Name == "CompilerGeneratedAttribute") && member is IMethodSymbol;

    private static IEnumerable<INamedTypeSymbol> Types(INamespaceOrTypeSymbol container)
    {
        foreach (ISymbol member in container.GetMembers())
        {
            if (member is INamespaceSymbol space)
            {
                foreach (INamedTypeSymbol type in Types(space))
                {
                    yield return type;
                }
            }
            else if (member is INamedTypeSymbol type && IsOpen(type))
            {
                yield return type;
                foreach (INamedTypeSymbol nested in Types(type))
                {
                    yield return nested;
                }
            }
        }
    }
}
